"""The caregiver's notes on a booking: what our team should know for this session."""

from django.db import transaction

from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.bookings.domain.transitions import locked
from portal.bookings.enums import UPCOMING
from portal.bookings.errors import NotesClosed
from portal.bookings.models import Booking
from portal.common import clock


def can_change_notes(booking: Booking) -> bool:
    """Until the session starts, while the place is held."""
    return booking.status in UPCOMING and booking.session.starts_at > clock.now()


@transaction.atomic
def change_notes(booking_id: int, *, notes: str, cause: Cause) -> bool:
    """Write `notes`; False when they say that already. Raises NotesClosed once the session has started."""
    booking = locked(booking_id)
    if not can_change_notes(booking):
        raise NotesClosed
    if booking.notes == notes:
        return False
    booking.notes = notes
    booking.save(update_fields=["notes"])
    record("booking.notes_changed", booking, cause=cause)
    return True
