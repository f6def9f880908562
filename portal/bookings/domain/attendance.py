"""The attendance register: who came, who did not. It can be corrected, and each change is on record."""

from django.db import transaction

from portal.audit.actor import Cause
from portal.bookings.domain.transitions import locked, transition
from portal.bookings.enums import OWES_BALANCE, BookingStatus
from portal.bookings.errors import AttendanceChanged, AttendanceNotOpen, AttendanceTooEarly
from portal.common import clock


@transaction.atomic
def mark_attendance(booking_id: int, *, seen: str, to: BookingStatus, cause: Cause) -> bool:
    """Mark a booking attended, missed, or (a correction) open again; False when it says so already.

    `seen` is the status on the form. Raises AttendanceTooEarly before the session began, AttendanceChanged when
    somebody else changed it since, AttendanceNotOpen for a booking that is not confirmed.
    """
    booking = locked(booking_id)
    if booking.session.starts_at > clock.now():
        raise AttendanceTooEarly
    if booking.status == to:
        return False
    if booking.status not in OWES_BALANCE or to not in OWES_BALANCE:
        raise AttendanceNotOpen
    if booking.status != seen:
        raise AttendanceChanged
    transition(booking_id, to=to, cause=cause, reason="attendance")
    return True
