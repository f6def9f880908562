"""Generating sessions from weekly availability, in local time, right across clock changes."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from portal.bookings.enums import SessionChangeKind
from portal.bookings.models import Availability, Service, Session, SessionChange


def generate_sessions(service: Service, *, first: date, last: date) -> int:
    """Insert the sessions that `service`'s availability gives for the local days `first` to `last`, inclusive.

    Those that exist stay as they are, and one that staff moved to another time does not come back. Returns how many
    are new.
    """
    moves = SessionChange.objects.filter(session__service=service, kind=SessionChangeKind.MOVED)
    moved_away = set(moves.values_list("from_starts_at", flat=True))
    wanted = [
        Session(
            service=service,
            starts_at=start,
            ends_at=start + timedelta(minutes=service.duration_minutes),
            capacity=slot.capacity,
        )
        for slot in service.availabilities.all()
        for start in _starts(slot, ZoneInfo(service.time_zone), first, last)
        if start not in moved_away
    ]
    before: int = service.sessions.count()
    Session.objects.bulk_create(wanted, ignore_conflicts=True)
    after: int = service.sessions.count()
    return after - before


def _starts(slot: Availability, zone: ZoneInfo, first: date, last: date) -> Iterator[datetime]:
    """UTC starts. A wall time that the clocks skip moves on by the gap; of one that comes twice, the first."""
    first = max(first, slot.valid_from or first)
    last = min(last, slot.valid_until or last)
    day = first + timedelta(days=(slot.weekday - first.weekday()) % 7)
    while day <= last:
        yield datetime.combine(day, slot.start_time, zone).astimezone(UTC)
        day += timedelta(weeks=1)
