"""What became of a booking beside its states: its moves to other sessions, and the moves of its session."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, QuerySet

from portal.audit.models import AuditEvent
from portal.bookings.enums import SessionChangeKind
from portal.bookings.models import Booking, Session, SessionChange

MOVED = "booking.session_changed"


@dataclass(frozen=True, slots=True)
class Move:
    """The booking has been at `starts_at` (UTC; None where that is not known any more) since `at`."""

    at: datetime
    starts_at: datetime | None
    actor_kind: str
    actor_id: str


def moves_of(booking: Booking) -> list[Move]:
    """Each move, the oldest first: to another session by somebody, or with its session by staff."""
    events = list(_events(booking).order_by("pk"))
    ids = {event.data.get("to") for event in events} | {booking.session_id}
    starts = dict(Session.objects.filter(pk__in=ids).values_list("pk", "starts_at"))
    changes = list(SessionChange.objects.filter(session__in=ids, kind=SessionChangeKind.MOVED).order_by("pk"))
    moves = []
    for event in events:
        to = event.data.get("to")
        later = (c.from_starts_at for c in changes if c.session_id == to and c.requested_at > event.occurred_at)
        starts_at = next(later, starts.get(to))
        moves.append(Move(event.occurred_at, starts_at, event.actor_kind, event.actor_id))
    since = moves[-1].at if moves else booking.created_at
    moves += [
        Move(change.requested_at, change.to_starts_at, change.actor_kind, change.actor_id)
        for change in changes
        if change.session_id == booking.session_id and change.requested_at >= since
    ]
    return moves


def last_change(booking: Booking) -> datetime:
    """When its state, its session or its session's time last changed."""
    found: list[datetime | None] = [
        booking.created_at,
        booking.transitions.aggregate(at=Max("occurred_at"))["at"],
        _events(booking).aggregate(at=Max("occurred_at"))["at"],
        booking.session.changes.aggregate(at=Max("requested_at"))["at"],
    ]
    return max(moment for moment in found if moment is not None)


def _events(booking: Booking) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(object_type="bookings.booking", object_id=str(booking.pk), action=MOVED)
