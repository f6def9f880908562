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
from payments.enums import Method
from payments.models import Payment
from portal.bookings.domain.availability import generate_sessions
from portal.bookings.models import Booking, Session
from tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db


@time_machine.travel("2026-03-10T12:00:00Z", tick=False)
def test_months_of_bookings_keep_every_rule_and_fill_the_figures(tmp_path: Path) -> None:
    service = ServiceFactory()
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
