"""When a service has free places: by day, and the next ones. Days and hours are those of the service's clocks."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F, Sum
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay, TruncDate

from portal.bookings.enums import PART_HOURS, PartOfDay
from portal.bookings.models import Service, Session, SessionQuerySet


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Only sessions that start on these ISO weekdays and in this part of the day; empty: on all, in any."""

    weekdays: frozenset[int] = frozenset()
    part: PartOfDay | None = None


ANY_TIME = Narrowing()


def free_places(service: Service, first: date, last: date, narrowing: Narrowing = ANY_TIME) -> dict[date, int]:
    """Free places of each day from `first` to `last`, inclusive, that has a session: 0 where all are full."""
    zone = ZoneInfo(service.time_zone)
    rows = (
        _between(_upcoming(service, narrowing), first, last, zone)
        .order_by()
        .annotate(day=TruncDate("starts_at", tzinfo=zone))
        .values("day")
        .annotate(places=Sum(F("capacity") - F("held")))
    )
    return dict(rows.values_list("day", "places"))


def sessions_on(service: Service, day: date, narrowing: Narrowing = ANY_TIME) -> list[Session]:
    """The sessions of one day, full ones too, soonest first."""
    sessions = _between(_upcoming(service, narrowing), day, day, ZoneInfo(service.time_zone))
    return list(sessions.select_related("service").order_by("starts_at"))


def next_free(service: Service, limit: int, narrowing: Narrowing = ANY_TIME) -> list[Session]:
    """The next `limit` sessions with a free place, soonest first."""
    free = _upcoming(service, narrowing).filter(held__lt=F("capacity"))
    return list(free.select_related("service").order_by("starts_at")[:limit])


def last_day(service: Service) -> date | None:
    """The day of the last session that can be seen; None without one."""
    last = service.sessions.upcoming().order_by("-starts_at").values_list("starts_at", flat=True).first()
    return last.astimezone(ZoneInfo(service.time_zone)).date() if last else None


def _upcoming(service: Service, narrowing: Narrowing) -> SessionQuerySet:
    zone = ZoneInfo(service.time_zone)
    sessions: SessionQuerySet = service.sessions.upcoming()
    if narrowing.weekdays:
        sessions = sessions.alias(weekday=ExtractIsoWeekDay("starts_at", tzinfo=zone))
        sessions = sessions.filter(weekday__in=narrowing.weekdays)
    if narrowing.part:
        sessions = sessions.alias(hour=ExtractHour("starts_at", tzinfo=zone))
        first, last = PART_HOURS[narrowing.part]
        sessions = sessions.filter(hour__gte=first, hour__lte=last)
    return sessions


def _between(sessions: SessionQuerySet, first: date, last: date, zone: ZoneInfo) -> SessionQuerySet:
    start = datetime.combine(first, time(), zone)
    end = datetime.combine(last + timedelta(days=1), time(), zone)
    return sessions.filter(starts_at__gte=start, starts_at__lt=end)
