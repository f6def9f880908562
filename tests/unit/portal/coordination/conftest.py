"""A coordinator, and a booking that they work with."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from payments.domain.checkout import open_checkout
from payments.domain.intent_sync import apply_intent
from portal.accounts.roles import Role
from portal.audit.actor import Actor, Cause, Source
from portal.bookings.models import Booking, Session
from portal.common import clock
from tests.fakes import FakeGateway
from tests.unit.portal.coordination.staff import staff_with


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def coordinator(db: None) -> Client:
    return staff_with(Role.COORDINATOR)


@pytest.fixture
def confirmed(booking: Booking, stripe: FakeGateway) -> Booking:
    payment = open_checkout(booking).payment
    cause = Cause(Actor.stripe("evt_1"), Source.WEBHOOK, clock.now(), "evt_1")
    apply_intent(stripe.pay(str(payment.intent_id)), cause)
    return Booking.objects.get(pk=booking.pk)


@pytest.fixture
def begun(confirmed: Booking) -> Booking:
    Session.objects.filter(pk=confirmed.session_id).update(starts_at=clock.now() - timedelta(minutes=5))
    return Booking.objects.get(pk=confirmed.pk)
