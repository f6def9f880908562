"""`transition()` is the one way to change a booking's state."""

from django.db import transaction

from portal.audit.actor import Cause
from portal.audit.domain import write_transition
from portal.bookings.domain.capacity import give_place_back, take_place
from portal.bookings.enums import ALLOWED, HOLDS_PLACE, BookingStatus
from portal.bookings.errors import TransitionNotAllowed
from portal.bookings.metrics import count_transition, time_confirmation
from portal.bookings.models import Booking, BookingTransition, Session
from portal.common import clock


def locked(booking_id: int) -> Booking:
    """The booking, locked after its session (lock order: Session, Booking, Payment, Refund).

    Must run inside a transaction. Raises Booking.DoesNotExist.
    """
    while True:
        session_id = Booking.objects.values_list("session_id", flat=True).get(pk=booking_id)
        session = (
            Session.objects.select_for_update(no_key=True, of=("self",)).select_related("service").get(pk=session_id)
        )
        booking = Booking.objects.select_for_update(no_key=True).get(pk=booking_id)
        if booking.session_id == session_id:  # not moved to another session meanwhile
            booking.session = session
            return booking


@transaction.atomic
def transition(
    booking_id: int,
    *,
    to: BookingStatus,
    cause: Cause,
    reason: str = "",
) -> Booking:
    """Change a booking's state: lock, check the declared graph, save, write the transition and the audit row.

    A place is taken or given back as the state says. Raises TransitionNotAllowed; SessionFull or
    SessionNotBookable when an expired booking would need a place that is not there.
    """
    booking = locked(booking_id)
    before = BookingStatus(booking.status)
    if to not in ALLOWED[before]:
        raise TransitionNotAllowed(f"booking {booking.reference}: {before} to {to}")
    if before in HOLDS_PLACE and to not in HOLDS_PLACE:
        give_place_back(booking.session_id)
    elif before not in HOLDS_PLACE and to in HOLDS_PLACE:
        take_place(booking.session_id)
    booking.status = to
    booking.release_requested_at = None
    booking.release_due_at = None
    if to == BookingStatus.CONFIRMED and booking.confirmed_at is None:
        booking.confirmed_at = clock.now()
        time_confirmation((booking.confirmed_at - booking.created_at).total_seconds())
    booking.save(update_fields=["status", "release_requested_at", "release_due_at", "confirmed_at"])
    write_transition(BookingTransition, booking, before=before, to=to, reason=reason, cause=cause)
    count_transition(booking.session.service.slug, before.value, to.value)
    return booking
