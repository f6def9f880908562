"""Which days of which specs have to be computed again, read from the traces that every change leaves."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from wagtail.models import ModelLogEntry

from insights.rollups.days import day_of
from payments.models import Dispute, Payment, PaymentAttempt, PaymentTransition, Refund
from portal.activity.models import ActivityEvent
from portal.audit.models import AuditEvent
from portal.bookings.enums import ATTENDANCE
from portal.bookings.models import Booking, BookingTransition, Feedback, Session, SessionChange
from portal.common.clock import reporting_day

DirtyDays = dict[str, set[date]]  # by spec

PLACES: Final = ("sessions", "attendance", "feedback")
UNTRACED: Final = ("notifications", "notification_delay", "webhook_lag")  # their rows change without a trace


def dirty_days(since: datetime, until: datetime) -> DirtyDays:
    """Days that changes since `since` may affect; for specs without traces, every day from the one before.

    `since` lies well before the last run's end: a transaction may commit rows that are older than what was read.
    """
    days: DirtyDays = defaultdict(set)
    recently = {"occurred_at__gte": since}
    _mark(
        days,
        BookingTransition.objects.filter(**recently),
        {
            "booking__created_at": ("bookings", "reached", "confirmation"),
            "booking__session__starts_at": ("sessions",),
        },
    )
    attended = Q(from_status__in=ATTENDANCE) | Q(to_status__in=ATTENDANCE)
    _mark(
        days,
        BookingTransition.objects.filter(attended, **recently),
        {
            "booking__session__starts_at": ("attendance", "feedback"),
        },
    )
    _mark(days, Feedback.objects.filter(changed_at__gte=since), {"booking__session__starts_at": ("feedback",)})
    _mark(
        days,
        PaymentTransition.objects.filter(**recently),
        {
            "payment__created_at": ("payments",),
            "payment__succeeded_at": ("paid",),
            "payment__booking__created_at": ("reached",),
        },
    )
    _mark(
        days,
        PaymentAttempt.objects.filter(**recently),
        {
            "occurred_at": ("attempts", "declines"),
            "payment__created_at": ("payments",),
            "payment__booking__created_at": ("reached",),
        },
    )
    _mark(
        days,
        Payment.objects.unpaid().filter(Q(create_requested_at__gte=since) | Q(first_attempt_at__gte=since)),
        {
            "created_at": ("payments",),
            "booking__created_at": ("reached",),
        },
    )
    _mark(days, ActivityEvent.objects.filter(**recently), {"occurred_at": ("looked", "media", "viewers")})
    _mark_audited(days, since)
    _mark(
        days,
        SessionChange.objects.filter(requested_at__gte=since),
        {
            "session__starts_at": PLACES,
            "from_starts_at": PLACES,
            "to_starts_at": PLACES,
        },
    )
    _mark_typed(days, since)
    first, last = reporting_day(since) - timedelta(days=1), reporting_day(until)
    recent = {first + timedelta(days=n) for n in range((last - first).days + 1)}
    for spec in UNTRACED:
        days[spec] |= recent
    return days


def _mark(days: DirtyDays, changed: QuerySet[Any, Any], moments: Mapping[str, tuple[str, ...]]) -> None:
    """Add the day that each of `moments` (a datetime field of `changed`) falls on to its specs."""
    fields = {f"day_{n}": day_of(moment) for n, moment in enumerate(moments)}
    for row in changed.order_by().annotate(**fields).values_list(*fields).distinct():
        for day, parts in zip(row, moments.values(), strict=True):
            for part in parts if day else ():
                days[part].add(day)


def _mark_audited(days: DirtyDays, since: datetime) -> None:
    """Refunds and moves to another session, which have no transitions: by their rows in the audit trail. A dispute
    also changes what is withdrawn without an audited change of state: by when its row was written."""
    events = AuditEvent.objects.filter(occurred_at__gte=since)
    refunded = events.filter(object_type=Refund._meta.label_lower, action__startswith="refund.")
    refunds = Refund.objects.filter(pk__in={int(pk) for pk in refunded.order_by().values_list("object_id", flat=True)})
    _mark(days, refunds, {"settled_at": ("refunds",), "payment__succeeded_at": ("paid",)})
    _mark(days, Dispute.objects.filter(updated_at__gte=since), {"opened_at": ("disputes", "dispute_fees")})
    _mark_moved(days, events.filter(object_type=Booking._meta.label_lower, action="booking.session_changed"))


def _mark_moved(days: DirtyDays, moves: QuerySet[AuditEvent]) -> None:
    """A booking that went from one session to another: the days of both."""
    sessions = {data[end] for data in moves.order_by().values_list("data", flat=True) for end in ("from", "to")}
    _mark(days, Session.objects.filter(pk__in=sessions), {"starts_at": PLACES})


def _mark_typed(days: DirtyDays, since: datetime) -> None:
    """A session that was added, or whose places were typed over, in the admin: by Wagtail's log."""
    typed = ModelLogEntry.objects.filter(content_type=ContentType.objects.get_for_model(Session), timestamp__gte=since)
    sessions = {int(pk) for pk in typed.order_by().values_list("object_id", flat=True)}
    _mark(days, Session.objects.filter(pk__in=sessions), {"starts_at": ("sessions",)})
