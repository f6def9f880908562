"""What a cancellation returns, by the policy copied onto the booking."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.bookings.enums import SessionStatus
from portal.bookings.models import Booking


@dataclass(frozen=True, slots=True)
class RefundTerms:
    """`percent` of what was paid comes back, because of the window of `hours_before` (None: no window reached).

    `least_notice`: the fewest hours with which anything is refunded; None when nothing ever is.
    `waived`: we cancelled or moved the session ourselves, so everything comes back.
    """

    percent: int
    hours_before: int | None
    least_notice: int | None = None
    waived: bool = False


def refund_terms(booking: Booking, at: datetime) -> RefundTerms:
    """The terms for cancelling at `at`: the window with the longest notice that is still met."""
    if booking.terms_waived_at is not None or booking.session.status == SessionStatus.CANCELLED:
        return RefundTerms(100, None, waived=True)
    notice = booking.session.starts_at - at
    least = min((window["hours_before"] for window in booking.policy if window["refund_percent"]), default=None)
    for window in sorted(booking.policy, key=lambda w: -w["hours_before"]):
        if notice >= timedelta(hours=window["hours_before"]):
            return RefundTerms(window["refund_percent"], window["hours_before"], least)
    return RefundTerms(0, None, least)


def free_until(booking: Booking) -> datetime | None:
    """Until when everything comes back (UTC): the session's start when we waived the terms; None: never."""
    starts_at: datetime = booking.session.starts_at
    if booking.terms_waived_at is not None:
        return starts_at
    free = [window["hours_before"] for window in booking.policy if window["refund_percent"] == 100]
    return starts_at - timedelta(hours=min(free)) if free else None
