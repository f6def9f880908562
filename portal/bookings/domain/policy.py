"""What a cancellation returns, by the policy copied onto the booking."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.bookings.enums import SessionStatus
from portal.bookings.models import Booking


@dataclass(frozen=True, slots=True)
class RefundTerms:
    """`percent` of what was paid comes back, because of the window of `hours_before` (None: no window reached).

    `least_notice`: the fewest hours with which anything is refunded; None when nothing ever is.
    `waived`: we cancelled or moved the session ourselves, or waived the terms, so everything is refunded.
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


@dataclass(frozen=True, slots=True)
class RefundStep:
    """Cancelling until `until` (UTC) refunds `percent` of what was paid."""

    until: datetime
    percent: int


def refund_steps(policy: list[dict[str, int]], starts_at: datetime) -> list[RefundStep]:
    """The steps of a policy (windows of notice) for a session at `starts_at` (UTC), soonest first.

    As `refund_terms` reads the policy: the longest notice that is met counts. Notices that refund the same are one
    step, and one that refunds nothing at the end is none.
    """
    steps: list[RefundStep] = []
    for window in sorted(policy, key=lambda w: -w["hours_before"]):
        if steps and steps[-1].percent == window["refund_percent"]:
            steps.pop()
        steps.append(RefundStep(starts_at - timedelta(hours=window["hours_before"]), window["refund_percent"]))
    while steps and not steps[-1].percent:
        steps.pop()
    return steps


def booking_steps(booking: Booking) -> list[RefundStep]:
    """The steps of a booking's own terms: everything until the start where we waived them."""
    starts_at = booking.session.starts_at
    if booking.terms_waived_at is not None:
        return [RefundStep(starts_at, 100)]
    return refund_steps(booking.policy, starts_at)
