"""Durations of some days as histograms."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from django.db.models import Case, Count, DurationField, ExpressionWrapper, F, IntegerField, QuerySet, Value, When

from insights.rollups.days import Days
from insights.rollups.grouped import Row, grouped
from insights.rollups.models import Measure
from payments.models import ReceivedEvent
from portal.bookings.models import Booking
from portal.notifications.models import Notification

EDGES: Final = (1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 21600, 86400)
ABOVE: Final = 0


def confirmation(days: Days) -> Iterator[Row]:
    """Booking made to confirmed, by service."""
    booked = Booking.objects.filter(confirmed_at__isnull=False)
    return _histogram(booked, days, "created_at", ("created_at", "confirmed_at"), Measure.CONFIRMATION, _SERVICE)


def notification_delay(days: Days) -> Iterator[Row]:
    """Email queued to sent."""
    sent = Notification.objects.filter(sent_at__isnull=False)
    return _histogram(sent, days, "created_at", ("created_at", "sent_at"), Measure.NOTIFICATION_DELAY, _NO_SERVICE)


def webhook_lag(days: Days) -> Iterator[Row]:
    """Stripe's event to our ledger."""
    applied = ReceivedEvent.objects.filter(applied_at__isnull=False)
    return _histogram(applied, days, "received_at", ("created_at", "applied_at"), Measure.WEBHOOK_LAG, _NO_SERVICE)


_SERVICE: Final = F("session__service_id")
_NO_SERVICE: Final = Value(0)


def _histogram(
    rows: QuerySet[Any], days: Days, moment: str, ends: tuple[str, str], measure: Measure, service: Any
) -> Iterator[Row]:
    start, end = ends
    took = ExpressionWrapper(F(end) - F(start), output_field=DurationField())
    keys = {"measure": Value(measure.value), "service_id": service, "edge": edge()}
    return grouped(rows.annotate(took=took), days, moment, keys, count=Count("pk"))


def edge() -> Case:
    """The upper edge in seconds of the bucket that `took` falls in (it is included); ABOVE beyond the last."""
    buckets = (When(took__lte=timedelta(seconds=seconds), then=Value(seconds)) for seconds in EDGES)
    return Case(*buckets, default=Value(ABOVE), output_field=IntegerField())
