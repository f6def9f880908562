"""The demo's history: representative, written once, and sound by every rule of the ledger."""

from datetime import date, time
from pathlib import Path

import pytest
import time_machine

from insights.kpis.filters import Filter
from insights.kpis.results import answer
from insights.rollups.refresh import rebuild
from ops.demo.history import seed_history
from ops.stripe_sandbox.history import History
from payments.domain.invariants import INVARIANTS, violations
from payments.domain.pricing import balance_due
from payments.enums import Method, PaymentStatus
from payments.models import Payment
from portal.bookings.domain.availability import generate_sessions
from portal.bookings.models import Booking, Session
from portal.caregivers.models import CareRecipient
from tests.factories import CaregiverFactory, CareRecipientFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


@time_machine.travel("2026-03-10T12:00:00Z", tick=False)
def test_months_of_bookings_keep_every_rule_and_fill_the_figures(tmp_path: Path) -> None:
    service = ServiceFactory(slug="respite-care-at-home")
    caregiver = CaregiverFactory(user=UserFactory(email="caregiver@example.com"))
    first, second = (
        CareRecipientFactory(caregiver=caregiver, full_name=name) for name in ("Daniel Okafor", "Rose Okafor")
    )
    for weekday in range(6):
        service.availabilities.create(weekday=weekday, start_time=time(9), capacity=12)
    service.save()
    generate_sessions(service, first=date(2026, 3, 11), last=date(2026, 4, 1))  # as seed_demo does
    stripe = History(tmp_path / "sandbox.sqlite3")
    made = seed_history(stripe)
    assert (made > 500, Booking.objects.count() == made, seed_history(stripe)) == (True, True, 0)
    assert violations(INVARIANTS) == []
    by_stripe = Payment.objects.filter(method=Method.STRIPE)
    assert (
        by_stripe.count() == len(stripe.box.store["payment_intent"]) - 1
    )  # one is planted twice, one unknown, one gone
    assert not by_stripe.captured().filter(charge_id="").exists()
    assert not Booking.objects.filter(created_at__gt="2026-03-10T12:00:00Z").exists()
    ahead = Session.objects.filter(starts_at__gt="2026-03-10T12:00:00Z", held__gt=0)
    assert ahead.exists()
    assert all(session.held <= session.capacity // 2 for session in ahead)
    rebuild()
    results = answer(Filter(date(2026, 2, 1), date(2026, 3, 10)))
    filled = ("bookings_made", "funnel_attended", "declines", "deposits_net", "no_show_rate", "notifications_sent")
    assert all(results[key].value for key in filled)
    _has_a_life(second)
    assert not Booking.objects.filter(care_recipient=first).exists()


def _has_a_life(person: CareRecipient) -> None:
    """Of the accounts of the demo: what came of each booking, a balance to pay, a refund."""
    own = Booking.objects.filter(care_recipient=person).order_by("session__starts_at")
    assert [booking.status for booking in own] == ["completed", "cancelled", "confirmed"]
    assert [balance_due(booking) for booking in own.filter(status="confirmed")] == [3375]
    assert Payment.objects.filter(booking__in=own, status=PaymentStatus.REFUNDED).count() == 1
