"""What the apps below ask through a hook: reads only."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from portal.common import clock

if TYPE_CHECKING:
    from portal.accounts.models import User

# After a hold's end the place stays until the payment service has let go of it: money may still come.
RELEASING: Final = timedelta(minutes=15)


def holds_now(user: "User") -> bool:
    """Whether a place is held for the person while they pay."""
    own = Booking.objects.filter(caregiver__user=user, status=BookingStatus.AWAITING_DEPOSIT)
    return own.filter(hold_expires_at__gt=clock.now() - RELEASING).exists()
