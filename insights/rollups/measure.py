"""The figures of one day, computed from the base tables by grouped queries. Nothing is written here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from django.db import models
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, Sum

from insights.rollups.days import on
from insights.rollups.models import DailyDecline, DailyFigures, DailyMedia, DailyNotifications, DailyViewer
from payments.enums import CAPTURED, AttemptOutcome, Purpose, RefundStatus
from payments.models import Dispute, Payment, PaymentAttempt, Refund
from portal.activity.models import Activity, ActivityEvent
from portal.bookings.enums import BookingStatus, SessionStatus
from portal.bookings.models import Booking, Service, Session
from portal.notifications.models import Notification, NotificationStatus

REMINDER: Final = "hold_ending"
Cells = defaultdict[tuple[int, str], dict[str, int]]


def figures(day: date) -> list[DailyFigures]:
    """One row for each (service, currency) that anything happened in."""
    cells: Cells = defaultdict(dict)
    for part in (_bookings, _funnel_events, _attempts, _payments, _paid, _refunds, _disputes, _sessions, _attendance):
        for row in part(day):
            key = (row.pop("of_service") or 0, row.pop("in_currency") or "")
            cells[key].update({name: value or 0 for name, value in row.items()})
    return [
        DailyFigures(day=day, service_id=service, currency=currency, **values)
        for (service, currency), values in sorted(cells.items())
        if any(values.values())
    ]


Rows = Iterable[dict[str, Any]]


def _by(rows: models.QuerySet[Any], service: str, currency: str, **figures: Any) -> Rows:
    keys = {"of_service": F(service), "in_currency": F(currency)}
    grouped: Rows = rows.order_by().values(**keys).annotate(**figures)
    return grouped


def _bookings(day: date) -> Rows:
    deposits = Payment.objects.filter(booking=OuterRef("pk"), purpose=Purpose.DEPOSIT)
    paid = Exists(deposits.filter(status__in=CAPTURED))
    tried = Exists(deposits.filter(Q(first_attempt_at__isnull=False) | Q(status__in=CAPTURED)))
    opened = Exists(deposits.filter(Q(create_requested_at__isnull=False) | Q(status__in=CAPTURED)))
    made = Booking.objects.filter(**on(day, "created_at")).annotate(is_paid=paid, is_tried=tried, is_opened=opened)
    statuses: dict[str, Any] = {str(s.value): Count("pk", filter=Q(status=s)) for s in BookingStatus}
    return _by(
        made,
        "session__service_id",
        "currency",
        **statuses,
        booked=Count("pk"),
        reached_deposit_page=Count("pk", filter=Q(is_opened=True) | Q(is_tried=True)),
        reached_attempt=Count("pk", filter=Q(is_tried=True)),
        reached_paid=Count("pk", filter=Q(is_paid=True)),
        reached_attended=Count("pk", filter=Q(is_paid=True, status=BookingStatus.COMPLETED)),
    )


def _funnel_events(day: date) -> Rows:
    """Events know a service, not a currency: it is the service's."""
    currencies = dict(Service.objects.values_list("pk", "currency"))
    events = ActivityEvent.objects.filter(**on(day, "occurred_at")).order_by().values(of_service=F("service_id"))
    counted = events.annotate(
        viewed_events=Count("pk", filter=Q(activity=Activity.SERVICE_VIEWED)),
        started_events=Count("pk", filter=Q(activity=Activity.BOOKING_STARTED)),
    )
    return [{**row, "in_currency": currencies.get(row["of_service"], "")} for row in counted]


_SERVICE: Final = "booking__session__service_id"


def _attempts(day: date) -> Rows:
    return _by(
        PaymentAttempt.objects.filter(**on(day, "occurred_at")),
        f"payment__{_SERVICE}",
        "payment__currency",
        attempts_succeeded=Count("pk", filter=Q(outcome=AttemptOutcome.SUCCEEDED)),
        attempts_failed=Count("pk", filter=Q(outcome=AttemptOutcome.FAILED)),
    )


def _payments(day: date) -> Rows:
    captured = Q(status__in=CAPTURED)
    return _by(
        Payment.objects.filter(**on(day, "created_at")),
        _SERVICE,
        "currency",
        payments_tried=Count("pk", filter=Q(first_attempt_at__isnull=False) | captured),
        payments_captured=Count("pk", filter=captured),
    )


def _paid(day: date) -> Rows:
    return _by(
        Payment.objects.filter(**on(day, "succeeded_at"), purpose=Purpose.DEPOSIT),
        _SERVICE,
        "currency",
        paid=Count("pk"),
        paid_refunded=Count("pk", filter=Q(refunded_amount__gt=0)),
        deposits_amount=Sum("captured_amount"),
    )


def _refunds(day: date) -> Rows:
    done = Refund.objects.filter(
        **on(day, "settled_at"), status=RefundStatus.SUCCEEDED, payment__purpose=Purpose.DEPOSIT
    )
    return _by(done, f"payment__{_SERVICE}", "payment__currency", refunded_amount=Sum("amount"))


def _disputes(day: date) -> Rows:
    opened = Dispute.objects.filter(**on(day, "opened_at"), payment__purpose=Purpose.DEPOSIT)
    return _by(opened, f"payment__{_SERVICE}", "payment__currency", disputed_amount=Sum("withdrawn_amount"))


def _sessions(day: date) -> Rows:
    held = Session.objects.filter(**on(day, "starts_at")).exclude(status=SessionStatus.CANCELLED)
    return _by(held, "service_id", "service__currency", places_offered=Sum("capacity"), places_held=Sum("held"))


def _attendance(day: date) -> Rows:
    """In the service's currency, beside the places: attendance is about people, not money."""
    return _by(
        Booking.objects.filter(**on(day, "session__starts_at")),
        "session__service_id",
        "session__service__currency",
        attended=Count("pk", filter=Q(status=BookingStatus.COMPLETED)),
        missed=Count("pk", filter=Q(status=BookingStatus.NO_SHOW)),
    )


def declines(day: date) -> list[DailyDecline]:
    """Failed attempts by service, currency and reason."""
    failed = PaymentAttempt.objects.filter(**on(day, "occurred_at"), outcome=AttemptOutcome.FAILED)
    reasons: defaultdict[tuple[int, str, str], int] = defaultdict(int)
    for row in (
        failed.order_by()
        .values("code", "decline_code", of_service=F(f"payment__{_SERVICE}"), in_currency=F("payment__currency"))
        .annotate(found=Count("pk"))
    ):
        reasons[row["of_service"], row["in_currency"], row["decline_code"] or row["code"] or "unknown"] += row["found"]
    return [
        DailyDecline(day=day, service_id=service, currency=currency, reason=reason, declines=found)
        for (service, currency, reason), found in sorted(reasons.items())
    ]


def notifications(day: date) -> list[DailyNotifications]:
    """E-mails by template; for reminders, how many bookings were paid after them."""
    queued = Notification.objects.filter(**on(day, "created_at"))
    rows = queued.order_by().values("template").annotate(
        queued=Count("pk"),
        sent=Count("pk", filter=Q(status=NotificationStatus.SENT)),
        failed=Count("pk", filter=Q(status=NotificationStatus.FAILED)),
    )  # fmt: skip
    paid = _paid_after(queued)
    return [DailyNotifications(day=day, **row, paid_after=paid if row["template"] == REMINDER else 0) for row in rows]


def _paid_after(queued: models.QuerySet[Notification]) -> int:
    """Bookings whose deposit came after the first reminder of the day was sent."""
    first: dict[int, Any] = {}
    sent = queued.filter(template=REMINDER, status=NotificationStatus.SENT, sent_at__isnull=False)
    for about, sent_at in sent.order_by("sent_at").values_list("about", "sent_at"):
        first.setdefault(int(about.removeprefix("booking:")), sent_at)
    return sum(_paid_since(list(first)[n : n + 500], first) for n in range(0, len(first), 500))


def _paid_since(bookings: Sequence[int], reminded: dict[int, Any]) -> int:
    payments = Payment.objects.filter(booking__in=bookings, purpose=Purpose.DEPOSIT, succeeded_at__isnull=False)
    pairs = payments.order_by().values_list("booking_id", "succeeded_at")
    return len({booking for booking, paid_at in pairs if paid_at > reminded[booking]})


def _played(day: date) -> models.QuerySet[ActivityEvent]:
    return ActivityEvent.objects.filter(**on(day, "occurred_at"), activity=Activity.MEDIA_PLAYED).order_by()


def media(day: date) -> list[DailyMedia]:
    """Plays by item."""
    rows = _played(day).values(item=F("object_id")).annotate(plays=Count("pk", output_field=IntegerField()))
    return [DailyMedia(day=day, **row) for row in rows]


def viewers(day: date) -> list[DailyViewer]:
    """Who played something; those we do not know are not told apart and not counted here."""
    known = _played(day).exclude(visitor="").values_list("visitor", flat=True).distinct()
    return [DailyViewer(day=day, viewer=viewer) for viewer in known]
