"""Durations of one day as histograms."""

from collections import Counter
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Count, DurationField, ExpressionWrapper, F, QuerySet

from insights.rollups.days import on
from insights.rollups.models import DailyHistogram, Measure
from payments.models import ReceivedEvent
from portal.bookings.models import Booking
from portal.notifications.models import Notification

EDGES: Final = (1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 21600, 86400)
ABOVE: Final = 0


def edge_of(duration: timedelta) -> int:
    """The upper edge in seconds of the bucket `duration` falls in (it is included); ABOVE beyond the last."""
    return next((edge for edge in EDGES if duration <= timedelta(seconds=edge)), ABOVE)


def histograms(day: date) -> list[DailyHistogram]:
    """Every measure of the day, by the day its first moment fell on."""
    booked = Booking.objects.filter(**on(day, "created_at"), confirmed_at__isnull=False)
    sent = Notification.objects.filter(**on(day, "created_at"), sent_at__isnull=False)
    applied = ReceivedEvent.objects.filter(**on(day, "received_at"), applied_at__isnull=False)
    return [
        *_histogram(day, Measure.CONFIRMATION, booked, "created_at", "confirmed_at", "session__service_id"),
        *_histogram(day, Measure.NOTIFICATION_DELAY, sent, "created_at", "sent_at"),
        *_histogram(day, Measure.WEBHOOK_LAG, applied, "created_at", "applied_at"),
    ]


def _histogram(
    day: date, measure: Measure, rows: QuerySet[Any], start: str, end: str, service: str = ""
) -> list[DailyHistogram]:
    took = ExpressionWrapper(F(end) - F(start), output_field=DurationField())
    timed = rows.order_by().annotate(took=took)
    counts: Counter[tuple[int, int]] = Counter()
    keys = {"of_service": F(service)} if service else {}
    for row in timed.values("took", **keys).annotate(found=Count("pk")).iterator():
        counts[row.get("of_service", 0), edge_of(row["took"])] += row["found"]
    return [
        DailyHistogram(day=day, measure=measure, service_id=of, edge=edge, count=found)
        for (of, edge), found in sorted(counts.items())
    ]
