"""Visits, media and emails of some days, counted. Read-only."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from django.db.models import BigIntegerField, CharField, Count, Exists, F, OuterRef, Q, Sum, Value
from django.db.models.functions import Cast, Coalesce, NullIf, Substr

from insights.rollups.days import Days
from insights.rollups.grouped import Row, grouped
from payments.enums import Purpose
from payments.models import Payment
from portal.activity.models import MEDIA, Activity, ActivityEvent
from portal.bookings.models import Service
from portal.notifications.models import Notification, NotificationStatus

REMINDER: Final = "hold_ending"
ABOUT_BOOKING: Final = "booking:"
USES: Final = (Activity.MEDIA_PLAYED, Activity.MEDIA_DOWNLOADED)


def looked(days: Days) -> Iterator[Row]:
    """The funnel's events. They have a service but no currency, so the service's is taken."""
    currencies = dict(Service.objects.values_list("pk", "currency"))
    events = ActivityEvent.objects.filter(activity__in=(Activity.SERVICE_VIEWED, Activity.BOOKING_STARTED))
    for row in grouped(
        events,
        days,
        "occurred_at",
        {"service_id": Coalesce("service_id", Value(0), output_field=BigIntegerField())},
        viewed_events=Count("pk", filter=Q(activity=Activity.SERVICE_VIEWED)),
        started_events=Count("pk", filter=Q(activity=Activity.BOOKING_STARTED)),
    ):
        yield {**row, "currency": currencies.get(row["service_id"], "")}


def notifications(days: Days) -> Iterator[Row]:
    """Emails by template; for reminders, how many bookings were paid after them."""
    paid = _paid_after(days)
    for row in grouped(
        Notification.objects.all(),
        days,
        "created_at",
        {"template": "template"},
        queued=Count("pk"),
        sent=Count("pk", filter=Q(status=NotificationStatus.SENT)),
        failed=Count("pk", filter=Q(status=NotificationStatus.FAILED)),
    ):
        yield {**row, "paid_after": paid.get(row["day"], 0) if row["template"] == REMINDER else 0}


def _paid_after(days: Days) -> dict[date, int]:
    """By day, the bookings whose deposit was paid after a reminder of that day."""
    number = NullIf(Substr("about", len(ABOUT_BOOKING) + 1), Value(""), output_field=CharField())
    reminded = Notification.objects.filter(
        template=REMINDER, status=NotificationStatus.SENT, about__startswith=ABOUT_BOOKING
    ).annotate(booking=Cast(number, BigIntegerField()))
    later = Payment.objects.filter(
        booking=OuterRef("booking"), purpose=Purpose.DEPOSIT, succeeded_at__gt=OuterRef("sent_at")
    )
    rows = grouped(reminded.filter(Exists(later)), days, "created_at", {}, bookings=Count("booking", distinct=True))
    return {row["day"]: row["bookings"] for row in rows}


def media(days: Days) -> Iterator[Row]:
    """Plays, plays to the end, downloads and seconds by item."""
    return grouped(
        ActivityEvent.objects.filter(activity__in=MEDIA),
        days,
        "occurred_at",
        {"item": "object_id"},
        plays=Count("pk", filter=Q(activity=Activity.MEDIA_PLAYED)),
        completed=Count("pk", filter=Q(activity=Activity.MEDIA_COMPLETED)),
        downloads=Count("pk", filter=Q(activity=Activity.MEDIA_DOWNLOADED)),
        watched_seconds=Sum("seconds"),
    )


def viewers(days: Days) -> Iterator[Row]:
    """Visitors who played or downloaded something and let us link their visits."""
    known: dict[str, Any] = {"viewer": F("visitor")}
    used = ActivityEvent.objects.filter(activity__in=USES).exclude(visitor="")
    for row in grouped(used, days, "occurred_at", known, uses=Count("pk")):
        yield {"day": row["day"], "viewer": row["viewer"]}
