"""Places: none sold twice, none lost."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db.models import Count, F, Q, QuerySet

from portal.bookings.enums import HOLDS_PLACE
from portal.bookings.models import Session


class CapacityKept:
    """A session never holds more than it has."""

    name: ClassVar[str] = "capacity_kept"
    rule: ClassVar[str] = "No more bookings hold a place in a session than it has places."

    def broken(self) -> Iterable[tuple[str, str]]:
        for session in _counted().filter(holding__gt=F("capacity")).iterator():
            yield f"session {session.pk}", f"{session.holding} bookings hold {session.capacity} places"


class HeldIsCounted:
    """The counter that guards the places is the number of bookings that hold one."""

    name: ClassVar[str] = "held_is_counted"
    rule: ClassVar[str] = "A session's count of held places is the number of bookings that hold one."

    def broken(self) -> Iterable[tuple[str, str]]:
        for session in _counted().exclude(holding=F("held")).iterator():
            yield f"session {session.pk}", f"counts {session.held} held places, {session.holding} bookings hold one"


def _counted() -> QuerySet[Any]:
    holding = Count("bookings", filter=Q(bookings__status__in=HOLDS_PLACE))
    return Session.objects.order_by().annotate(holding=holding)
