"""Generating sessions from weekly availability, in local time, right across clock changes."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from portal.bookings.enums import SessionChangeKind
from portal.bookings.models import Availability, Closure, Service, Session, SessionChange
from portal.common import clock


def generate_sessions(service: Service, *, first: date, last: date) -> int:
    """Insert the sessions that `service`'s availability gives for the local days `first` to `last`, inclusive.

    Those that exist stay as they are. One that staff moved to another time or deleted does not come back, and none is
    made on a day of a closure. Returns how many are new.
    """
    left_out = starts_left_out(service)
    closed = closed_days(service)
    wanted = [
        Session(
            service=service,
            starts_at=start,
            ends_at=start + timedelta(minutes=service.duration_minutes),
            capacity=slot.capacity,
        )
        for start, slot in scheduled(service.availabilities.all(), service.time_zone, first, last).items()
        if start not in left_out and not closed.include(start)
    ]
    before: int = service.sessions.count()
    Session.objects.bulk_create(wanted, ignore_conflicts=True)
    after: int = service.sessions.count()
    return after - before


def generate_upcoming(service: Service) -> int:
    """The sessions of the coming weeks, as far ahead as can be booked; none for a service that is closed."""
    first, last = horizon()
    return generate_sessions(service, first=first, last=last) if service.active else 0


def horizon() -> tuple[date, date]:
    """The first and the last day for which sessions are made."""
    today = clock.now().date()
    return today, today + timedelta(weeks=settings.BOOKING_HORIZON_WEEKS)


def scheduled(slots: Iterable[Availability], zone: str, first: date, last: date) -> dict[datetime, Availability]:
    """UTC starts that `slots` give for the local days `first` to `last` of `zone`, inclusive; each with its slot."""
    return {start: slot for slot in slots for start in _starts(slot, ZoneInfo(zone), first, last)}


def starts_left_out(service: Service) -> set[datetime]:
    """Starts of weekly sessions that staff moved to another time, or deleted."""
    moves = SessionChange.objects.filter(session__service=service, kind=SessionChangeKind.MOVED)
    return {*moves.values_list("from_starts_at", flat=True), *service.exceptions.values_list("starts_at", flat=True)}


class ClosedDays:
    """The days of closures, as the clocks of one zone count them."""

    def __init__(self, closures: Iterable[Closure], zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._spans = [(closure.first_day, closure.last_day) for closure in closures]

    def include(self, start: datetime) -> bool:
        """Whether a session that starts at `start` would begin on one of them."""
        day = start.astimezone(self._zone).date()
        return any(first <= day <= last for first, last in self._spans)


def closed_days(service: Service, *, apart_from: Closure | None = None) -> ClosedDays:
    """Of the closures of `service` and of all services that are not over, apart from one that is being changed."""
    theirs = Q(services=service) | Q(services=None)
    yesterday = clock.now().date() - timedelta(days=1)
    closures = Closure.objects.filter(theirs, last_day__gte=yesterday)
    if apart_from is not None:
        closures = closures.exclude(pk=apart_from.pk)
    return ClosedDays(closures, service.time_zone)


def _starts(slot: Availability, zone: ZoneInfo, first: date, last: date) -> Iterator[datetime]:
    """UTC starts. A wall time that the clocks skip moves on by the gap; of one that comes twice, the first."""
    first = max(first, slot.valid_from or first)
    last = min(last, slot.valid_until or last)
    day = first + timedelta(days=(slot.weekday - first.weekday()) % 7)
    while day <= last:
        yield datetime.combine(day, slot.start_time, zone).astimezone(UTC)
        day += timedelta(weeks=1)
