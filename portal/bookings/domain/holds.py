"""Extending a hold (WCAG 2.2.1: somebody who needs longer can ask for it)."""

from datetime import timedelta

from django.db import transaction

from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.bookings.domain.transitions import locked
from portal.bookings.errors import HoldNotExtendable
from portal.bookings.models import Booking
from portal.common import clock


@transaction.atomic
def extend_hold(booking_id: int, *, cause: Cause) -> Booking:
    """Hold the place for as long again, once. Raises HoldNotExtendable."""
    booking = locked(booking_id)
    if not booking.can_extend_hold or booking.hold_expires_at is None:
        raise HoldNotExtendable
    booking.hold_extended_at = clock.now()
    longer = booking.hold_expires_at + timedelta(minutes=booking.hold_minutes)
    booking.hold_expires_at = min(longer, booking.session.starts_at)
    booking.save(update_fields=["hold_extended_at", "hold_expires_at"])
    record("booking.hold_extended", booking, cause=cause)
    return booking
