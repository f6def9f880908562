"""A refresh finds the days that changes affect, writes only what differs, and all of it or nothing."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from insights.rollups import refresh as refreshing
from insights.rollups.days import runs
from insights.rollups.models import Cursor, DailyNotifications, DailyServiceTotals
from insights.rollups.recompute import recompute
from insights.rollups.refresh import rebuild, refresh
from insights.rollups.verify import verify
from payments.domain.disputes import apply_dispute
from payments.domain.refunds.apply import apply_refund
from payments.gateway.base import DisputeResult, RefundResult
from payments.models import Payment
from portal.accounts.roles import Role
from portal.audit.actor import Actor, Cause, Source
from portal.bookings.domain.reschedule import move_booking
from portal.bookings.domain.session_changes import cancel_session, move_session
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Service, Session
from portal.notifications.models import Notification
from tests.factories import ServiceFactory, SessionFactory
from tests.unit.insights.history import booked, moved, paid, refunded
from tests.unit.insights.test_json import signed_in

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=3)
STAFF: dict[str, Any] = {"cause": Cause(Actor.stripe(), Source.STAFF)}


@pytest.fixture
def service() -> Service:
    return ServiceFactory()


@pytest.fixture
def place(service: Service) -> Session:
    """Four places, ten days after NOON."""
    return session_on(10, service)


@pytest.fixture
def caught_up() -> Callable[[], None]:
    """Compute everything a minute after NOON, long before LATER."""

    def once() -> None:
        with time_machine.travel(NOON + timedelta(minutes=1)):
            rebuild()

    return once


@pytest.fixture(autouse=True)
def _at_first() -> Iterator[None]:
    with time_machine.travel(NOON):
        yield


def session_on(days: int, service: Service) -> Session:
    return SessionFactory(service=service, starts_at=NOON + timedelta(days=days))


def refreshed() -> int:
    with time_machine.travel(LATER + timedelta(seconds=3)):
        return refresh()


def on(day: datetime | date) -> DailyServiceTotals:
    return DailyServiceTotals.objects.get(day=day.date() if isinstance(day, datetime) else day)


def places(session: Session) -> tuple[int, int]:
    row = on(session.starts_at)
    return row.places_offered, row.places_held


def test_a_booking_moved_to_another_session_changes_the_days_of_both(service: Service, caught_up) -> None:
    first, second = session_on(10, service), session_on(12, service)
    booking = booked(NOON, first)
    paid(booking, NOON)
    caught_up()
    assert (places(first), places(second)) == ((4, 1), (4, 0))
    with time_machine.travel(LATER):
        move_booking(booking.pk, from_session=first.pk, to_session=second.pk, within_terms=False, **STAFF)
    refreshed()
    assert (places(first), places(second)) == ((4, 0), (4, 1))
    assert verify() == []


def test_a_cancelled_session_offers_nothing_and_a_moved_one_offers_it_on_its_new_day(
    service: Service, caught_up
) -> None:
    gone, other = session_on(10, service), session_on(12, service)
    caught_up()
    with time_machine.travel(LATER):
        cancel_session(gone.pk, cause=Cause(Actor.stripe(), Source.STAFF))
        move_session(
            other.pk,
            seen_starts_at=other.starts_at,
            starts_at=NOON + timedelta(days=14),
            cause=Cause(Actor.stripe(), Source.STAFF),
        )
    refreshed()
    assert (
        not DailyServiceTotals.objects.filter(places_offered__gt=0)
        .exclude(day=NOON.date() + timedelta(days=14))
        .exists()
    )
    assert on(NOON + timedelta(days=14)).places_offered == 4
    assert verify() == []


def test_a_deposit_page_opened_days_later_counts_for_the_day_of_the_booking(place: Session, caught_up) -> None:
    booking = booked(NOON, place)
    caught_up()
    assert on(NOON).reached_deposit_page == 0
    Payment.objects.filter(booking=booking).update(create_requested_at=LATER)
    refreshed()
    assert on(NOON).reached_deposit_page == 1


def test_a_dispute_counts_on_the_day_it_was_opened(place: Session, caught_up) -> None:
    payment = paid(booked(NOON, place), NOON)
    caught_up()
    opened = NOON + timedelta(days=2)
    with time_machine.travel(LATER):
        apply_dispute(
            DisputeResult(
                id="dp_1", intent_id=str(payment.intent_id), charge_id="", status="needs_response", reason="fraudulent",
                amount=payment.amount, currency=payment.currency, created_at=opened, is_charge_refundable=False,
                withdrawn_amount=payment.amount, evidence_due_at=None,
            ),
            Cause(Actor.stripe(), Source.WEBHOOK, LATER, ""),
        )  # fmt: skip
    refreshed()
    assert on(opened).disputed_amount == payment.amount
    assert verify() == []


def test_a_refund_that_the_bank_sends_back_leaves_the_day_it_went_on(place: Session, caught_up) -> None:
    payment = paid(booked(NOON, place), NOON)
    refunded(payment, 500, NOON)
    caught_up()
    assert (on(NOON).refunded_amount, on(NOON).paid_refunded) == (500, 1)
    with time_machine.travel(LATER):
        apply_refund(
            RefundResult(
                id=f"re_{payment.pk}", intent_id=str(payment.intent_id), charge_id="", amount=500,
                currency=payment.currency, status="failed", created_at=NOON, metadata={}, failure_code="unknown",
                balance_transaction_id="",
            ),
            Cause(Actor.stripe(), Source.WEBHOOK, LATER, ""),
        )  # fmt: skip
    refreshed()
    assert (on(NOON).refunded_amount, on(NOON).paid_refunded) == (0, 0)
    assert verify() == []


def test_attendance_corrected_later_changes_the_sessions_day(place: Session, caught_up) -> None:
    booking = booked(NOON, place)
    paid(booking, NOON)
    moved(booking, BookingStatus.COMPLETED, NOON)
    caught_up()
    moved(booking, BookingStatus.NO_SHOW, LATER)
    refreshed()
    assert (on(place.starts_at).attended, on(place.starts_at).missed) == (0, 1)
    assert (on(NOON).completed, on(NOON).no_show, on(NOON).reached_attended) == (0, 1, 0)


def test_rows_committed_late_are_still_found_for_ten_minutes(place: Session, caught_up) -> None:
    caught_up()
    Cursor.objects.update(read_to=LATER)
    booked(LATER - timedelta(minutes=9), place)
    refreshed()
    assert on(LATER).booked == 1


def test_a_booking_after_midnight_of_the_summer_changes_the_next_day(service: Service, caught_up) -> None:
    caught_up()
    late = datetime(2026, 3, 29, 23, 0, tzinfo=UTC)  # midnight in London, whose clocks went forward that day
    Cursor.objects.update(read_to=late)
    booked(late, SessionFactory(service=service, starts_at=late + timedelta(days=2)))
    booked(late - timedelta(seconds=1), SessionFactory(service=service, starts_at=late + timedelta(days=3)))
    with time_machine.travel(late + timedelta(seconds=3)):
        refresh()
    assert (on(date(2026, 3, 29)).booked, on(date(2026, 3, 30)).booked) == (1, 1)


def test_emails_of_every_day_that_the_worker_was_away_are_counted(caught_up) -> None:
    caught_up()
    for days in range(4):
        at = NOON + timedelta(days=days, hours=1)
        Notification.objects.create(template="hold_ending", to="a@example.com", dedupe_key=f"n{days}", created_at=at)
    refreshed()
    assert set(DailyNotifications.objects.values_list("queued", flat=True)) == {1}
    assert verify() == []


def test_places_typed_over_and_a_session_added_in_the_admin_are_counted(
    place: Session, caught_up, settings: Settings
) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    caught_up()
    listing = "/admin/snippets/bookings/session/"
    added = {"service": place.service_id, "starts_at": "2026-03-21 10:00", "ends_at": "2026-03-21 12:00"}
    with time_machine.travel(LATER):
        coordinator = signed_in(Role.COORDINATOR)
        edited = coordinator.post(f"{listing}edit/{place.pk}/", {"capacity": "40", "status": "open"})
        created = coordinator.post(f"{listing}add/", {**added, "capacity": "5", "status": "open"})
    assert (edited.status_code, created.status_code) == (302, 302)
    refreshed()
    assert (on(place.starts_at).places_offered, on(date(2026, 3, 21)).places_offered) == (40, 5)
    assert verify() == []


def test_only_what_differs_is_written(place: Session, caught_up) -> None:
    paid(booked(NOON, place), NOON)
    caught_up()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        refreshed()
    done = {query["sql"].split()[0] for query in queries if "insights_daily" in query["sql"]}
    assert done <= {"SELECT", "DECLARE"}


def test_a_refresh_that_breaks_off_leaves_everything_as_it_was(
    place: Session, caught_up, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = booked(NOON, place)
    caught_up()
    before = Cursor.objects.get().read_to
    paid(booking, LATER)

    def breaks(part: Any, days: Any) -> None:
        recompute(part, days)
        if part.name == "paid":
            raise RuntimeError("killed")

    monkeypatch.setattr(refreshing, "recompute", breaks)
    with pytest.raises(RuntimeError, match="killed"):
        refreshed()
    assert (on(NOON).confirmed, on(NOON).reached_paid) == (0, 0)
    assert Cursor.objects.get().read_to == before
    monkeypatch.undo()
    refreshed()
    assert (on(NOON).confirmed, on(NOON).reached_paid, on(LATER).paid) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_do_not_work_at_once(place: Session, caught_up) -> None:
    caught_up()
    booked(LATER, place)
    settings = connection.get_connection_params()
    with psycopg.connect(**{name: settings[name] for name in ("dbname", "host", "port", "user")}) as other:
        other.execute("SELECT FROM insights_cursor FOR UPDATE")
        assert refreshed() == 0
        assert not DailyServiceTotals.objects.filter(booked__gt=0).exists()
    assert refreshed() > 0
    assert on(LATER).booked == 1


def test_days_that_follow_one_another_are_one_range() -> None:
    days = [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 5)]
    assert list(runs(days)) == [(days[0], days[2]), (days[3], days[3])]
    assert list(runs([])) == []
