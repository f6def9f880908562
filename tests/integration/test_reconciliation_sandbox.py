"""Reconciliation through the real client, against the Stripe sandbox in a process of its own."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from pytest_django import Settings

from payments.domain.checkout import open_checkout
from payments.domain.events import process_inbox
from payments.domain.reconciliation import reconcile
from payments.enums import DiscrepancyStatus, PaymentStatus, RunKind
from payments.gateway import gateway
from payments.models import Discrepancy, Payment, ReconciliationRun, Refund
from portal.bookings.enums import BookingStatus
from portal.common import clock
from tests.factories import BookingFactory
from tests.unit.ops.stripe_sandbox.conftest import SECRET_KEY, client_of, eventually, running_sandbox

pytestmark = pytest.mark.django_db
MORE_THAN_A_PAGE = 103


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running_sandbox() as (url, _):
        yield url


@pytest.fixture(autouse=True)
def at_the_sandbox(address: str, settings: Settings) -> None:
    httpx.post(f"{address}/_control/reset", json={"webhook_endpoints": True})
    settings.STRIPE_API_BASE = address
    settings.STRIPE_SECRET_KEY = SECRET_KEY


def paid_unheard(address: str) -> Payment:
    """Paid at Stripe; no webhook goes anywhere."""
    payment = open_checkout(BookingFactory()).payment
    client_of(address).v1.payment_intents.confirm(str(payment.intent_id), {"payment_method": "pm_card_visa"})
    return payment


def run(kind: RunKind) -> ReconciliationRun:
    return reconcile(kind, clock.now() - timedelta(hours=1), clock.now(), heal_missed=True)


def event_types() -> set[str]:
    now = clock.now()
    return {event["type"] for event in gateway().events_between(now - timedelta(hours=1), now + timedelta(hours=1))}


def test_lists_are_read_to_their_last_page(address: str) -> None:
    made = set()
    for _ in range(MORE_THAN_A_PAGE):
        made.add(client_of(address).v1.payment_intents.create({"amount": 1125, "currency": "gbp"}).id)
    now = clock.now()
    listed = [intent.id for intent in gateway().intents_between(now - timedelta(hours=1), now + timedelta(minutes=1))]
    assert sorted(listed) == sorted(made)


def test_money_and_refund_that_were_unheard_of_are_healed_and_a_second_run_finds_nothing(address: str) -> None:
    payment = paid_unheard(address)
    client_of(address).v1.refunds.create({"payment_intent": str(payment.intent_id), "amount": 100})
    run(RunKind.FULL)
    run(RunKind.FULL)  # what a payment brought with it
    last = run(RunKind.FULL)
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.PARTIALLY_REFUNDED
    assert Refund.objects.get(payment=payment).amount == payment.refunded_amount == 100
    assert last.found == {}
    assert not Discrepancy.objects.filter(status=DiscrepancyStatus.OPEN, payment=payment).exists()


def test_events_that_never_arrived_are_fetched_and_confirm_the_booking(address: str) -> None:
    payment = paid_unheard(address)
    eventually(lambda: "charge.updated" in event_types())  # Stripe tells the fee a moment after the payment
    first, second = run(RunKind.EVENTS), run(RunKind.EVENTS)
    while process_inbox():
        pass
    payment.refresh_from_db()
    assert payment.booking.status == BookingStatus.CONFIRMED
    assert payment.fee_amount is not None
    assert first.found["event_missed"] > 0
    assert second.found == {}
