"""Telling caregivers in time: the day before the session, and before a hold ends. Once each."""

from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction

from payments import messages
from payments.domain import notify
from payments.domain.payable import is_processing
from payments.enums import Purpose
from portal.bookings.enums import BookingStatus, SessionStatus
from portal.bookings.models import Booking
from portal.common import clock
from portal.notifications.models import Notification

LONGEST_NOTICE: Final = timedelta(hours=2)
REMIND_FROM_HOUR: Final = 9
AHEAD: Final = timedelta(hours=50)  # tomorrow ends at most 49 hours from now, clocks going back included


def remind_of_ending_holds() -> int:
    """Email once for each hold with a third of its time, at most two hours, left; returns how many were.

    Not while its deposit is being processed: nobody is asked to pay a second time.
    """
    moment = clock.now()
    ending = Booking.objects.open_holds().filter(
        hold_expires_at__gt=moment,
        hold_expires_at__lte=moment + LONGEST_NOTICE,
        release_requested_at__isnull=True,
    )
    looked_at = 0
    for booking in ending.with_details().prefetch_related("payments"):
        if _nearly_over(booking) and not is_processing(booking, Purpose.DEPOSIT):
            with transaction.atomic():
                notify.hold_ending(booking)
            looked_at += 1
    return looked_at


def _nearly_over(booking: Booking) -> bool:
    assert booking.hold_expires_at is not None  # the query says so
    left = booking.hold_expires_at - clock.now()
    return left <= timedelta(minutes=booking.hold_minutes) / 3


def remind_of_sessions() -> int:
    """Email once for each confirmed session of tomorrow, from nine in the service's morning; returns how many."""
    moment = clock.now()
    ahead = Booking.objects.filter(
        status=BookingStatus.CONFIRMED, session__starts_at__gt=moment, session__starts_at__lte=moment + AHEAD
    ).exclude(session__status=SessionStatus.CANCELLED)
    tomorrows = [booking for booking in ahead.with_details().prefetch_related("payments") if _is_tomorrow(booking)]
    reminded = _told(tomorrows)
    due = [booking for booking in tomorrows if _key(booking) not in reminded]
    for booking in due:
        with transaction.atomic():
            notify.session_tomorrow(booking)
    return len(due)


def _is_tomorrow(booking: Booking) -> bool:
    local = clock.now().astimezone(ZoneInfo(booking.session.service.time_zone))
    tomorrow = local.date() + timedelta(days=1)
    return local.hour >= REMIND_FROM_HOUR and booking.session.starts_local.date() == tomorrow


def _key(booking: Booking) -> str:
    return f"{messages.SESSION_TOMORROW.key}:{notify.reminder_cause(booking)}"


def _told(bookings: list[Booking]) -> set[str]:
    keys = [_key(booking) for booking in bookings]
    return set(Notification.objects.filter(dedupe_key__in=keys).values_list("dedupe_key", flat=True))
