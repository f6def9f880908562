"""Telling caregivers that the time to pay is nearly over."""

from datetime import timedelta

from django.db import transaction

from payments.domain import notify
from portal.bookings.models import Booking
from portal.common import clock


def remind_of_ending_holds() -> int:
    """E-mail once for each hold with a third of its time, at most ten minutes, left; returns how many were."""
    moment = clock.now()
    ending = Booking.objects.open_holds().filter(
        hold_expires_at__gt=moment,
        hold_expires_at__lte=moment + timedelta(minutes=10),
        release_requested_at__isnull=True,
    )
    looked_at = 0
    for booking in ending.with_details():
        if _nearly_over(booking):
            with transaction.atomic():
                notify.hold_ending(booking)
            looked_at += 1
    return looked_at


def _nearly_over(booking: Booking) -> bool:
    assert booking.hold_expires_at is not None  # the query says so
    left = booking.hold_expires_at - clock.now()
    return left <= timedelta(minutes=booking.hold_minutes) / 3
