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


class ClosedBy(models.TextChoices):
    """What closed a session for further booking where nobody did so by hand: it opens again when that ends."""

    WEEKLY_SESSIONS = "weekly", _("A change of the weekly sessions")
    CLOSURE = "closure", _("A closure")


class SessionChangeKind(models.TextChoices):
    """What staff did to a session."""

    CANCELLED = "cancelled", _("Cancelled")
    MOVED = "moved", _("Moved to another time")


class WaiverReason(models.TextChoices):
    """Why staff waive a booking's cancellation terms. A code: the audit trail keeps no words about a family."""

    ILLNESS = "illness", _("Illness or a stay in hospital")
    BEREAVEMENT = "bereavement", _("Bereavement")
    OUR_MISTAKE = "our_mistake", _("Our mistake")
    GOODWILL = "goodwill", _("Goodwill")


class DepositKind(models.TextChoices):
    """How a service's deposit is worked out."""

    FIXED = "fixed", _("Fixed amount")
    PERCENTAGE = "percentage", _("Percentage of the price")


class PartOfDay(models.TextChoices):
    """When a session starts, by the service's clocks."""

    MORNING = "morning", _("Morning (before noon)")
    AFTERNOON = "afternoon", _("Afternoon (noon to 5pm)")
    EVENING = "evening", _("Evening (from 5pm)")


PART_HOURS: Final = {PartOfDay.MORNING: (0, 11), PartOfDay.AFTERNOON: (12, 16), PartOfDay.EVENING: (17, 23)}


class Weekday(models.IntegerChoices):
    """ISO 8601's number of each day."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")
