"""Moving a booking to another session, and telling the caregiver; deposit and balance stay with the booking."""

from collections.abc import Collection

from django.db import transaction

from payments.domain import notify
from portal.audit.actor import Cause
from portal.bookings.domain.reschedule import move_booking
from portal.bookings.models import Booking


@transaction.atomic
def move_to_session(
    booking_id: int,
    *,
    from_session: int,
    to_session: int,
    cause: Cause,
    within_terms: bool = True,
    accepted: Collection[str] = (),
) -> Booking:
    """As `move_booking`; the email goes with it, once a move. Raises a BookingError subclass."""
    before = Booking.objects.values_list("session_id", flat=True).get(pk=booking_id)
    booking = move_booking(
        booking_id,
        from_session=from_session,
        to_session=to_session,
        cause=cause,
        within_terms=within_terms,
        accepted=accepted,
    )
    if before != booking.session_id:
        notify.booking_moved(booking)
    return booking
