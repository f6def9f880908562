"""`seed_volume` makes a ledger that obeys every rule, the same for the same numbers, and only where it may."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from insights.rollups.refresh import rebuild
from insights.rollups.verify import verify
from ops.volume.seed import monday_before, share_before, weeks_between
from payments.domain.invariants import INVARIANTS, violations
from payments.models import Payment, Refund
from portal.bookings.models import Booking, Session
from portal.bookings.models.booking import REFERENCE

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)  # a Sunday on which the clocks change


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def made(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("seed_volume", "--years=1", "--json", *arguments, stdout=out, stderr=StringIO())
    return dict(json.loads(out.getvalue()))


def history() -> list[tuple[Any, ...]]:
    """What became of each booking, without its numbers."""
    fields = ("created_at", "status", "session__starts_at", "currency", "deposit_amount", "confirmed_at")
    return list(Booking.objects.order_by("pk").values_list(*fields))


def built() -> set[str]:
    """Every index and constraint of the database, by table and name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename || ' ' || indexname FROM pg_indexes WHERE schemaname = 'public'")
        indexes = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT concat_ws(' ', conrelid::regclass, conname, contype, convalidated) FROM pg_constraint")
        return indexes | {row[0] for row in cursor.fetchall()}


def test_every_rule_of_the_ledger_holds_and_the_roll_ups_prove_themselves() -> None:
    before = built()
    assert made("--bookings=700")["bookings"] == 700
    assert violations(INVARIANTS) == []
    assert built() == before
    bookings = Booking.objects.values_list("created_at", "session__starts_at")
    assert all(created <= NOW and created < starts for created, starts in bookings)
    assert set(Booking.objects.values_list("status", flat=True)) > {"completed", "no_show", "cancelled", "expired"}
    assert set(Booking.objects.values_list("currency", flat=True)) == {"GBP", "EUR", "JPY"}
    assert Payment.objects.filter(status="refunded").exists()
    assert Refund.objects.filter(status="succeeded").exists()
    assert all(REFERENCE.fullmatch(reference) for reference in Booking.objects.values_list("reference", flat=True))
    assert Session.objects.values("service").distinct().count() == 8
    rebuild()
    assert verify() == []


def test_the_same_numbers_give_the_same_history_and_another_seed_another() -> None:
    made("--bookings=300", "--no-audit")
    first = history()
    made("--bookings=300", "--no-audit")
    assert history() == first * 2
    made("--bookings=300", "--no-audit", "--seed=2")
    assert history()[600:] != first


def test_bookings_come_in_order_and_end_at_the_given_moment() -> None:
    made("--bookings=500", "--no-audit")
    moments = [row[0] for row in history()]
    assert moments == sorted(moments)
    assert (NOW - moments[-1]).days == 0
    assert (NOW - moments[0]).days in range(363, 373)


def test_the_share_of_a_week_that_has_come_is_that_of_its_days_and_hours() -> None:
    assert monday_before(NOW) == datetime(2026, 3, 23, tzinfo=UTC)
    assert [share_before(hour) for hour in (0, 7, 9, 24)] == pytest.approx([0, 0.04, 0.12, 1])
    assert weeks_between(monday_before(NOW), NOW) == pytest.approx(0.89 + 0.11 * 0.37)


@pytest.mark.parametrize("arguments", [["--bookings=0"], ["--bookings=50000001"], ["--bookings=1", "--years=21"]])
def test_sizes_out_of_bounds_are_refused(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match=r"^Ask for 1 to 50,000,000 bookings over 1 to 20 years\.$"):
        call_command("seed_volume", *arguments)


def test_production_is_refused(settings: Settings) -> None:
    settings.STRIPE_LIVE_MODE = True
    with pytest.raises(CommandError, match="does not run in production"):
        call_command("seed_volume", "--bookings=1")
    assert not Booking.objects.exists()


def test_sqlite_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "vendor", "sqlite")
    with pytest.raises(CommandError, match="needs PostgreSQL"):
        call_command("seed_volume", "--bookings=1")
