"""Keeps the roll-ups up to date: the days that changes affect are computed again, atomically."""

from datetime import date, timedelta
from typing import Final

from django.db import models, transaction
from django.db.models import Max, Min

from insights.rollups import viewer_links
from insights.rollups.days import Days
from insights.rollups.dirty_days import dirty_days
from insights.rollups.models import Cursor
from insights.rollups.recompute import recompute
from insights.rollups.specs import SPECS, TABLES
from portal.activity.models import ActivityEvent
from portal.bookings.models import Booking, Session
from portal.common import clock
from portal.common.clock import reporting_day
from portal.notifications.models import Notification

OVERLAP: Final = timedelta(minutes=10)  # a transaction may commit rows that are older than what we have read
DAYS_AT_ONCE: Final = 31  # of a rebuild: bounds memory, and how long a refresh waits

_SOURCES: Final[tuple[tuple[type[models.Model], str], ...]] = (
    (Booking, "created_at"),
    (Session, "starts_at"),
    (ActivityEvent, "occurred_at"),
    (Notification, "created_at"),
)


def refresh() -> int:
    """Read from the cursor less ten minutes on; returns how many days were computed again.

    0 while another run is at work: what that one does not see yet, the next one does.
    """
    moment = clock.now()
    if not Cursor.objects.filter(read_to__isnull=False).exists():
        return rebuild()
    with transaction.atomic():
        cursor = Cursor.objects.select_for_update(skip_locked=True).first()
        if cursor is None or cursor.read_to is None:
            return 0
        days_by_spec = dirty_days(cursor.read_to - OVERLAP, moment)
        for spec in SPECS:
            if days := sorted(days_by_spec.get(spec.name, ())):
                recompute(spec, days)
        Cursor.objects.filter(pk=cursor.pk).update(read_to=moment)
    return len(set[date]().union(*days_by_spec.values()))


def rebuild() -> int:
    """Compute every known day, a month a transaction; returns how many."""
    moment = clock.now()
    days = all_days()
    for table in TABLES:
        table._default_manager.exclude(day__gte=days[0], day__lte=days[-1]).delete()
    for some in in_chunks(days):
        recompute_all(some)
    viewer_links.repair()
    Cursor.objects.update_or_create(pk=1, defaults={"read_to": moment})
    return len(days)


@transaction.atomic
def recompute_all(days: Days) -> None:
    """Compute every spec of `days`, atomically and not beside another run, which has to read what this one writes."""
    Cursor.objects.get_or_create(pk=1)
    Cursor.objects.select_for_update().get(pk=1)
    for spec in SPECS:
        recompute(spec, days)


def all_days() -> list[date]:
    """From the first day with a row of any source to the last (a session's); at least today."""
    moments = [clock.now()]
    for model, field in _SOURCES:
        ends = model._default_manager.aggregate(first=Min(field), last=Max(field))
        moments += [each for each in ends.values() if each is not None]
    first, last = reporting_day(min(moments)), reporting_day(max(moments))
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def in_chunks(days: Days) -> list[Days]:
    """`days` by DAYS_AT_ONCE."""
    return [days[n : n + DAYS_AT_ONCE] for n in range(0, len(days), DAYS_AT_ONCE)]
