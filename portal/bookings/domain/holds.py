"""Holds: whether somebody has one, and extending it (WCAG 2.2.1: somebody who needs longer can ask for it)."""

from datetime import timedelta
from typing import Final

from django.db import transaction

from portal.accounts.models import User
from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.bookings.domain.transitions import locked
from portal.bookings.enums import BookingStatus
from portal.bookings.errors import HoldNotExtendable
from portal.bookings.models import Booking
from portal.common import clock

# After a hold's end the place stays until the payment service has let go of it: money may still come.
RELEASING: Final = timedelta(minutes=15)


def has_hold(user: User) -> bool:
    """Whether a place is held for the person while they pay."""
    own = Booking.objects.filter(caregiver__user=user, status=BookingStatus.AWAITING_DEPOSIT)
    return own.filter(hold_expires_at__gt=clock.now() - RELEASING).exists()


@transaction.atomic
def prolong_hold(booking_id: int, *, minutes: int, cause: Cause) -> Booking:
    """Hold the place for `minutes` from now, as often as staff see fit, at most until the session starts.

    Raises HoldNotExtendable: paid, cancelled or being so, over, or held as long already.
    """
    booking = locked(booking_id)
    now = clock.now()
    until = min(now + timedelta(minutes=minutes), booking.session.starts_at)
    held_until = booking.hold_expires_at
    awaits = booking.status == BookingStatus.AWAITING_DEPOSIT and booking.release_requested_at is None
    if not awaits or held_until is None or held_until <= now or until <= held_until:
        raise HoldNotExtendable
    booking.hold_expires_at = until
    booking.save(update_fields=["hold_expires_at"])
    record("booking.hold_extended", booking, cause=cause, data={"until": until.isoformat()})
    return booking


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
