"""States of bookings and sessions, and the sets that code names."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class BookingStatus(models.TextChoices):
    """Where a booking stands."""

    AWAITING_DEPOSIT = "awaiting_deposit", _("Awaiting deposit")
    CONFIRMED = "confirmed", _("Confirmed")
    COMPLETED = "completed", _("Completed")
    NO_SHOW = "no_show", _("Did not attend")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")


S = BookingStatus
HOLDS_PLACE: Final = frozenset({S.AWAITING_DEPOSIT, S.CONFIRMED, S.COMPLETED, S.NO_SHOW})
UPCOMING: Final = frozenset({S.AWAITING_DEPOSIT, S.CONFIRMED})
ATTENDANCE: Final = frozenset({S.COMPLETED, S.NO_SHOW})
OWES_BALANCE: Final = ATTENDANCE | {S.CONFIRMED}
OVER: Final = frozenset({S.CANCELLED, S.EXPIRED})

# The declared graph. Expired to confirmed is late money taking a free place (DESIGN: releasing a place);
# the attendance register can be corrected.
ALLOWED: Final[dict[BookingStatus, frozenset[BookingStatus]]] = {
    S.AWAITING_DEPOSIT: frozenset({S.CONFIRMED, S.EXPIRED, S.CANCELLED}),
    S.CONFIRMED: frozenset({S.COMPLETED, S.NO_SHOW, S.CANCELLED}),
    S.COMPLETED: frozenset({S.NO_SHOW, S.CONFIRMED}),
    S.NO_SHOW: frozenset({S.COMPLETED, S.CONFIRMED}),
    S.EXPIRED: frozenset({S.CONFIRMED}),
    S.CANCELLED: frozenset(),
}


class SessionStatus(models.TextChoices):
    """Whether a session takes bookings."""

    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed for booking")
    CANCELLED = "cancelled", _("Cancelled")


class SessionChangeKind(models.TextChoices):
    """What staff did to a session."""

    CANCELLED = "cancelled", _("Cancelled")
    MOVED = "moved", _("Moved to another time")


class DepositKind(models.TextChoices):
    """How a service's deposit is worked out."""

    FIXED = "fixed", _("Fixed amount")
    PERCENTAGE = "percentage", _("Percentage of the price")
