"""Roll-ups follow every change, count on the right day across clock changes, and prove themselves."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db.models import DurationField, Value

from insights.kpis.filters import Filter
from insights.kpis.results import answer
from insights.rollups.days import bounds
from insights.rollups.durations import ABOVE, edge
from insights.rollups.models import (
    Cursor,
    DailyDecline,
    DailyHistogram,
    DailyNotifications,
    DailyServiceTotals,
    DailyViewer,
)
from insights.rollups.refresh import rebuild, recompute_all, refresh
from insights.rollups.verify import Mismatch, verify
from portal.activity.models import Activity, ActivityEvent
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Session
from tests.factories import ServiceFactory, SessionFactory
from tests.unit.insights.history import booked, declined, disputed, moved, paid, refunded

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = NOON.date()


@pytest.fixture(autouse=True)
def _soon_after() -> Iterator[None]:
    with time_machine.travel(NOON + timedelta(days=11)):
        yield


@pytest.fixture
def place() -> Session:
    """Four places, ten days after NOON."""
    return SessionFactory(service=ServiceFactory(), starts_at=NOON + timedelta(days=10))


def test_a_day_is_23_hours_when_clocks_go_forward_and_25_when_they_go_back() -> None:
    forward, back = bounds(*[date(2026, 3, 29)] * 2), bounds(*[date(2026, 10, 25)] * 2)
    assert forward == (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 3, 29, 23, tzinfo=UTC))
    assert back == (datetime(2026, 10, 24, 23, tzinfo=UTC), datetime(2026, 10, 26, tzinfo=UTC))


def test_summer_bookings_just_before_midnight_utc_count_for_the_next_local_day(place: Session) -> None:
    place.starts_at, place.ends_at = datetime(2026, 7, 1, 9, tzinfo=UTC), datetime(2026, 7, 1, 12, tzinfo=UTC)
    place.save()
    booked(datetime(2026, 3, 28, 23, 30, tzinfo=UTC), place)  # GMT
    booked(datetime(2026, 3, 29, 22, 59, tzinfo=UTC), place)  # 23:59 BST
    booked(datetime(2026, 3, 29, 23, 0, tzinfo=UTC), place)  # midnight BST
    rebuild()
    made = dict(DailyServiceTotals.objects.filter(booked__gt=0).values_list("day", "booked"))
    assert made == {date(2026, 3, 28): 1, date(2026, 3, 29): 1, date(2026, 3, 30): 1}


def test_a_booking_that_changes_later_changes_the_day_it_was_made_on(place: Session) -> None:
    booking = booked(NOON, place)
    with time_machine.travel(NOON + timedelta(minutes=1)):
        rebuild()
    before = DailyServiceTotals.objects.get(day=DAY)
    assert (before.awaiting_deposit, before.reached_paid, before.deposits_amount) == (1, 0, 0)

    paid(booking, NOON + timedelta(days=2))
    moved(booking, BookingStatus.COMPLETED, NOON + timedelta(days=10, hours=4))
    with time_machine.travel(NOON + timedelta(days=2, seconds=3)):
        refresh()
    after, money = DailyServiceTotals.objects.get(day=DAY), DailyServiceTotals.objects.get(day=DAY + timedelta(days=2))
    assert (after.awaiting_deposit, after.completed, after.reached_paid, after.reached_attended) == (0, 1, 1, 1)
    assert (money.booked, money.paid, money.deposits_amount) == (0, 1, 1125)
    session_day = DailyServiceTotals.objects.get(day=DAY + timedelta(days=10))
    assert (session_day.places_offered, session_day.places_held, session_day.attended) == (4, 1, 1)
    assert verify() == []


def test_a_refund_counts_on_its_day_and_marks_the_day_the_money_came(place: Session) -> None:
    payment = paid(booked(NOON, place), NOON + timedelta(minutes=4))
    with time_machine.travel(NOON + timedelta(minutes=5)):
        rebuild()
    later = NOON + timedelta(days=3)
    refunded(payment, 500, later)
    with time_machine.travel(later + timedelta(seconds=2)):
        refresh()
    came, went = DailyServiceTotals.objects.get(day=DAY), DailyServiceTotals.objects.get(day=later.date())
    assert (came.paid, came.paid_refunded, came.refunded_amount) == (1, 1, 0)
    assert (went.paid, went.refunded_amount) == (0, 500)
    assert verify() == []


def test_a_disputes_withdrawn_amount_counts_on_its_opening_day_whenever_it_changes(place: Session) -> None:
    payment = paid(booked(NOON, place), NOON + timedelta(minutes=4))
    opened = NOON + timedelta(days=2)
    disputed(payment, opened, withdrawn=0)
    with time_machine.travel(opened):
        rebuild()
    for days, withdrawn, status in ((1, 1125, "needs_response"), (3, 0, "won")):
        later = opened + timedelta(days=days)
        with time_machine.travel(later, tick=False):
            disputed(payment, opened, withdrawn=withdrawn, status=status)
            refresh()
        assert DailyServiceTotals.objects.get(day=opened.date()).disputed_amount == withdrawn
        assert verify() == []


def test_a_dispute_fee_comes_off_the_net_of_its_own_currency_and_of_no_other(place: Session) -> None:
    opened = NOON + timedelta(days=2)
    for fee, currency in ((1500, "GBP"), (1700, "EUR")):
        payment = paid(booked(NOON, place), NOON + timedelta(minutes=4))
        with time_machine.travel(opened, tick=False):
            disputed(payment, opened, withdrawn=1125, fee_amount=fee, settlement_currency=currency)
    with time_machine.travel(opened + timedelta(seconds=2)):
        rebuild()
        asked = Filter(DAY, opened.date())
        found = {key: result.value for key, result in answer(asked).items()}
    assert [found[f"deposits_{name}"] for name in ("taken", "disputed")] == [{"GBP": 2250}, {"GBP": 2250}]
    assert found["dispute_fees"] == {"EUR": 1700, "GBP": 1500}
    assert found["deposits_net"] == {"EUR": -1700, "GBP": -1500}
    with time_machine.travel(opened + timedelta(days=1), tick=False):
        disputed(payment, opened, withdrawn=0, status="won", fee_amount=0, settlement_currency="EUR", movements=2)
        refresh()
    assert {row.currency: row.dispute_fees_amount for row in DailyServiceTotals.objects.filter(day=opened.date())} == {
        "EUR": 0, "GBP": 1500,
    }  # fmt: skip
    assert verify() == []


def test_declines_are_stored_by_reason_and_the_time_to_confirm_as_a_histogram(place: Session) -> None:
    booking = booked(NOON, place)
    declined(booking, NOON + timedelta(minutes=1))
    declined(booking, NOON + timedelta(minutes=2), "expired_card")
    paid(booking, NOON + timedelta(minutes=5))
    recompute_all([DAY])
    assert set(DailyDecline.objects.values_list("reason", "declines")) == {
        ("insufficient_funds", 1),
        ("expired_card", 1),
    }
    found = DailyHistogram.objects.get(measure="confirmation")
    assert (found.edge, found.count, found.service_id) == (300, 1, place.service_id)
    assert set(DailyNotifications.objects.values_list("template", "queued")) == {
        ("payment_failed", 1), ("booking_confirmed", 1),
    }  # fmt: skip


def test_edges_are_included_and_the_longest_have_their_own_bucket() -> None:
    Cursor.objects.create()
    for seconds, upper in ((0, 1), (1, 1), (1.001, 2), (86400, 86400), (86401, ABOVE)):
        took = Value(timedelta(seconds=seconds), output_field=DurationField())
        assert Cursor.objects.annotate(took=took).values_list(edge(), flat=True).get() == upper


def test_activity_of_a_deleted_service_is_stored_under_its_id() -> None:
    ActivityEvent.objects.create(occurred_at=NOON, activity=Activity.SERVICE_VIEWED, service_id=999_999)
    rebuild()
    row = DailyServiceTotals.objects.get(day=DAY)
    assert (row.service_id, row.currency, row.viewed_events) == (999_999, "", 1)


def test_verify_names_what_differs_and_the_command_exits_non_zero(place: Session) -> None:
    booked(NOON, place)
    rebuild()
    DailyServiceTotals.objects.filter(day=DAY).update(booked=7)
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("rebuild_rollups", "--verify", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"differences": [{"day": "2026-03-10", "table": "DailyServiceTotals"}]}
    call_command("rebuild_rollups", stdout=StringIO())
    assert verify() == []


def test_computing_a_day_again_changes_nothing(place: Session) -> None:
    paid(booked(NOON, place), NOON + timedelta(minutes=4))
    rebuild()
    first = list(DailyServiceTotals.objects.order_by("day").values_list("day", "booked", "deposits_amount"))
    recompute_all([DAY])
    refresh()
    assert list(DailyServiceTotals.objects.order_by("day").values_list("day", "booked", "deposits_amount")) == first


@pytest.mark.parametrize("wrong", [None, DAY - timedelta(days=1)])
def test_a_viewer_linked_to_a_day_they_were_not_there_before_is_named(wrong: date | None) -> None:
    for days in (0, 2, 5):
        ActivityEvent.objects.create(
            occurred_at=NOON + timedelta(days=days), activity=Activity.MEDIA_PLAYED, object_id="film", visitor="v"
        )
    rebuild()
    links = DailyViewer.objects.order_by("day").values_list("seen_before", flat=True)
    assert list(links) == [None, DAY, DAY + timedelta(days=2)]
    assert verify() == []
    DailyViewer.objects.filter(day=DAY + timedelta(days=2)).update(seen_before=wrong)
    assert verify() == [Mismatch(DAY + timedelta(days=2), "DailyViewer")]
    rebuild()
    assert verify() == []
