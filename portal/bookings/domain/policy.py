"""What a cancellation returns, by the policy copied onto the booking."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.bookings.models import Booking


@dataclass(frozen=True, slots=True)
class RefundTerms:
    """`percent` of what was paid comes back, because of the window of `hours_before` (None: no window reached)."""

    percent: int
    hours_before: int | None


def refund_terms(booking: Booking, at: datetime) -> RefundTerms:
    """The terms for cancelling at `at`: the window with the longest notice that is still met."""
    notice = booking.session.starts_at - at
    for window in sorted(booking.policy, key=lambda w: -w["hours_before"]):
        if notice >= timedelta(hours=window["hours_before"]):
            return RefundTerms(window["refund_percent"], window["hours_before"])
    return RefundTerms(0, None)
