"""Keeping the roll-ups in step: the days that changes touched are computed again, each in one transaction."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import models, transaction
from django.db.models import Max, Min

from insights.rollups import measure
from insights.rollups.durations import histograms
from insights.rollups.models import (
    Cursor,
    Daily,
    DailyDecline,
    DailyFigures,
    DailyHistogram,
    DailyMedia,
    DailyNotifications,
    DailyViewer,
)
from payments.models import Dispute, PaymentAttempt, PaymentTransition, Refund
from portal.activity.models import ActivityEvent
from portal.audit.models import AuditEvent
from portal.bookings.models import Booking, BookingTransition, Session
from portal.common import clock
from portal.common.clock import reporting_day
from portal.notifications.models import Notification

OVERLAP: Final = timedelta(minutes=10)  # a transaction may commit rows that are older than what we have read
TABLES: Final[tuple[tuple[type[Daily], Callable[[date], list[Any]]], ...]] = (
    (DailyFigures, measure.figures),
    (DailyDecline, measure.declines),
    (DailyHistogram, histograms),
    (DailyNotifications, measure.notifications),
    (DailyMedia, measure.media),
    (DailyViewer, measure.viewers),
)


@transaction.atomic
def recompute(day: date) -> None:
    """Replace every row of `day` by what the base tables say, atomically."""
    _lock()
    for table, compute in TABLES:
        rows = compute(day)
        table._default_manager.filter(day=day).delete()
        table._default_manager.bulk_create(rows, batch_size=500)


def refresh() -> int:
    """Read on from the cursor, less ten minutes; returns how many days were computed again."""
    moment = clock.now()
    cursor = Cursor.objects.filter(pk=1).first()
    if cursor is None or cursor.read_to is None:
        return rebuild()
    days = touched(cursor.read_to - OVERLAP, moment)
    for day in sorted(days):
        recompute(day)
    _read_to(moment)
    return len(days)


def rebuild() -> int:
    """Every day from the first row of any source to the last session; returns how many."""
    moment = clock.now()
    days = all_days()
    for table, _ in TABLES:
        table._default_manager.exclude(day__in=days[:1]).filter(
            models.Q(day__lt=days[0]) | models.Q(day__gt=days[-1])
        ).delete()
    for day in days:
        recompute(day)
    _read_to(moment)
    return len(days)


def all_days() -> list[date]:
    """From the first day anything happened on to the last one known (a session's); at least today."""
    moments = [clock.now()]
    for model, field in _SOURCES:
        found = model._default_manager.aggregate(first=Min(field), last=Max(field))
        moments += [each for each in found.values() if each is not None]
    first, last = reporting_day(min(moments)), reporting_day(max(moments))
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def touched(since: datetime, until: datetime) -> set[date]:
    """The days whose figures changes since `since` may have moved; the last two days always."""
    moments: set[datetime] = {since, until, until - timedelta(days=1)}
    changed: dict[str, Any] = {"occurred_at__gte": since}
    money = ("payment__created_at", "payment__succeeded_at", "payment__booking__created_at")
    moments.update(_moments(BookingTransition, changed, "booking__created_at", "booking__session__starts_at"))
    moments.update(_moments(PaymentTransition, changed, *money))
    moments.update(_moments(PaymentAttempt, changed, "occurred_at", *money))
    for prefix, model, own in (("refund.", Refund, ("settled_at",)), ("dispute.", Dispute, ("opened_at",))):
        events = AuditEvent.objects.filter(**changed, action__startswith=prefix)
        ids = [int(pk) for pk in events.values_list("object_id", flat=True) if pk.isdecimal()]
        moments.update(_moments(model, {"pk__in": ids}, *own, "payment__succeeded_at"))
    return {reporting_day(moment) for moment in moments}


def _moments(model: type[models.Model], where: dict[str, Any], *fields: str) -> Iterable[datetime]:
    rows = model._default_manager.filter(**where).order_by().values_list(*fields).distinct()
    return (moment for row in rows for moment in row if moment is not None)


_SOURCES: Final[tuple[tuple[type[models.Model], str], ...]] = (
    (Booking, "created_at"),
    (Session, "starts_at"),
    (ActivityEvent, "occurred_at"),
    (Notification, "created_at"),
)


def _lock() -> None:
    Cursor.objects.get_or_create(pk=1)
    Cursor.objects.select_for_update().get(pk=1)


def _read_to(moment: datetime) -> None:
    Cursor.objects.update_or_create(pk=1, defaults={"read_to": moment})
