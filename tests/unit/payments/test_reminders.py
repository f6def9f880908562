"""Reminders: the day before the session, in the service's own morning; and before a hold ends."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from payments.domain.reminders import remind_of_ending_holds, remind_of_sessions
from payments.enums import Purpose
from payments.models import Payment
from portal.bookings.enums import BookingStatus, SessionStatus
from portal.bookings.models import Booking, Session
from portal.notifications.models import Notification
from tests.factories import BookingFactory, ServiceFactory, SessionFactory

pytestmark = pytest.mark.django_db


def confirmed(starts_at: datetime, zone: str = "Europe/London") -> Booking:
    """A confirmed booking, made ten days before."""
    with time_machine.travel(starts_at - timedelta(days=10), tick=False):
        booking = BookingFactory(session=SessionFactory(service=ServiceFactory(time_zone=zone), starts_at=starts_at))
    Booking.objects.filter(pk=booking.pk).update(status=BookingStatus.CONFIRMED)
    return booking


def reminded_at(moment: datetime) -> int:
    with time_machine.travel(moment, tick=False):
        return remind_of_sessions()


@pytest.mark.parametrize(
    ("zone", "starts_at", "first"),
    [
        # An ordinary day; local 9:00 on the day before, in UTC.
        ("Europe/London", datetime(2027, 1, 20, 10, tzinfo=UTC), datetime(2027, 1, 19, 9, tzinfo=UTC)),
        # The night between, clocks go forward (28 March 2027): the day before is still on winter time.
        ("Europe/London", datetime(2027, 3, 28, 9, tzinfo=UTC), datetime(2027, 3, 27, 9, tzinfo=UTC)),
        ("Europe/London", datetime(2027, 3, 29, 9, tzinfo=UTC), datetime(2027, 3, 28, 8, tzinfo=UTC)),
        # They go back (31 October 2027).
        ("Europe/London", datetime(2027, 10, 31, 10, tzinfo=UTC), datetime(2027, 10, 30, 8, tzinfo=UTC)),
        # Far from Greenwich: a session late in the evening, whose date in UTC is the next one.
        ("America/New_York", datetime(2027, 11, 8, 1, tzinfo=UTC), datetime(2027, 11, 6, 13, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2027, 4, 4, 20, tzinfo=UTC), datetime(2027, 4, 3, 21, tzinfo=UTC)),
    ],
)
def test_it_goes_from_nine_in_the_morning_of_the_day_before(zone: str, starts_at: datetime, first: datetime) -> None:
    confirmed(starts_at, zone)
    assert reminded_at(first - timedelta(minutes=1)) == 0
    assert reminded_at(first) == 1
    assert reminded_at(first + timedelta(minutes=5)) == 0
    assert Notification.objects.filter(template="session_tomorrow").count() == 1


def test_a_late_worker_still_reminds_but_not_on_the_day_itself() -> None:
    confirmed(datetime(2027, 1, 20, 10, tzinfo=UTC))
    assert reminded_at(datetime(2027, 1, 19, 23, 59, tzinfo=UTC)) == 1
    confirmed(datetime(2027, 1, 20, 12, tzinfo=UTC))
    assert reminded_at(datetime(2027, 1, 20, 9, 30, tzinfo=UTC)) == 0


@pytest.mark.parametrize(
    "status", [BookingStatus.AWAITING_DEPOSIT, BookingStatus.CANCELLED, BookingStatus.EXPIRED, BookingStatus.COMPLETED]
)
def test_only_confirmed_bookings_are_reminded(status: BookingStatus) -> None:
    booking = confirmed(datetime(2027, 1, 20, 10, tzinfo=UTC))
    Booking.objects.filter(pk=booking.pk).update(status=status)
    assert reminded_at(datetime(2027, 1, 19, 12, tzinfo=UTC)) == 0


def test_nobody_is_reminded_of_a_cancelled_session() -> None:
    confirmed(datetime(2027, 1, 20, 10, tzinfo=UTC))
    Session.objects.update(status=SessionStatus.CANCELLED)
    assert reminded_at(datetime(2027, 1, 19, 12, tzinfo=UTC)) == 0


def test_a_session_that_moved_is_reminded_of_again() -> None:
    confirmed(datetime(2027, 1, 20, 10, tzinfo=UTC))
    assert reminded_at(datetime(2027, 1, 19, 12, tzinfo=UTC)) == 1
    Session.objects.update(
        starts_at=datetime(2027, 1, 25, 10, tzinfo=UTC), ends_at=datetime(2027, 1, 25, 13, tzinfo=UTC)
    )
    assert reminded_at(datetime(2027, 1, 19, 13, tzinfo=UTC)) == 0
    assert reminded_at(datetime(2027, 1, 24, 12, tzinfo=UTC)) == 1


def test_it_says_what_is_still_to_pay() -> None:
    confirmed(datetime(2027, 1, 20, 10, tzinfo=UTC))
    reminded_at(datetime(2027, 1, 19, 12, tzinfo=UTC))
    mail = Notification.objects.get(template="session_tomorrow")
    assert mail.context["balance"] == "You still have £33.75 to pay. Pay online before the session, or pay our team."
    assert mail.context["where"] == "Where: At your home"


@pytest.mark.parametrize(
    ("zone", "hours", "time"),
    [
        ("Europe/London", 3, "10am to 1pm"),
        ("Europe/London", 15, "10am to 1am on Thursday 21 January"),
        ("Europe/London", 48, "10am to 10am on Friday 22 January"),
        ("America/Los_Angeles", 3, "2am to 5am (PST)"),
    ],
)
def test_it_says_the_last_day_and_the_zone_where_they_differ(zone: str, hours: int, time: str) -> None:
    booking = confirmed(datetime(2027, 1, 20, 10, tzinfo=UTC), zone)
    Session.objects.update(ends_at=booking.session.starts_at + timedelta(hours=hours))
    reminded_at(datetime(2027, 1, 19, 18, tzinfo=UTC))
    assert Notification.objects.get(template="session_tomorrow").context["time"] == time


@pytest.mark.parametrize(("minutes", "left", "reminded"), [(30, 11, 0), (30, 10, 1), (1440, 121, 0), (1440, 120, 1)])
def test_a_hold_is_reminded_of_when_its_time_is_nearly_over(minutes: int, left: int, reminded: int) -> None:
    booking = BookingFactory()
    ends = booking.created_at + timedelta(minutes=minutes)
    Booking.objects.filter(pk=booking.pk).update(hold_minutes=minutes, hold_expires_at=ends)
    with time_machine.travel(ends - timedelta(minutes=left), tick=False):
        assert remind_of_ending_holds() == reminded
        remind_of_ending_holds()
    assert Notification.objects.filter(template="hold_ending").count() == reminded


def being_processed(booking: Booking, purpose: Purpose) -> None:
    Payment.objects.filter(booking=booking, purpose=purpose).delete()
    Payment.objects.create(booking=booking, purpose=purpose, amount=3375, currency="GBP", status="processing")


def test_nobody_is_asked_for_a_deposit_that_is_being_processed() -> None:
    booking = BookingFactory()
    being_processed(booking, Purpose.DEPOSIT)
    assert booking.hold_expires_at is not None
    with time_machine.travel(booking.hold_expires_at - timedelta(minutes=1), tick=False):
        assert remind_of_ending_holds() == 0


def test_a_balance_that_is_being_processed_is_not_still_to_pay() -> None:
    being_processed(confirmed(datetime(2027, 1, 20, 10, tzinfo=UTC)), Purpose.BALANCE)
    reminded_at(datetime(2027, 1, 19, 12, tzinfo=UTC))
    mail = Notification.objects.get(template="session_tomorrow")
    assert mail.context["balance"] == "Your payment of £33.75 is being processed, so please don’t pay it again."
