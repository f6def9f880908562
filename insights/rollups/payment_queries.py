"""Bookings and payments of some days, counted by service and currency. Read-only."""

from collections.abc import Iterator
from typing import Any, Final

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Sum, Value, When

from insights.rollups.days import Days
from insights.rollups.grouped import Row, grouped
from payments.enums import CAPTURED, AttemptOutcome, Purpose, RefundStatus
from payments.models import Dispute, Payment, PaymentAttempt, Refund
from payments.models.payment import STAGE_FILTERS
from portal.bookings.enums import BookingStatus, SessionStatus
from portal.bookings.models import Booking, Feedback, Session

SATISFIED: Final = 4  # of 5: the usual reading of customer satisfaction
_BOOKING: Final = {"service_id": "session__service_id", "currency": "currency"}
_PAYMENT: Final = {"service_id": "booking__session__service_id", "currency": "currency"}
_OF_PAYMENT: Final = {"service_id": "payment__booking__session__service_id", "currency": "payment__currency"}


def bookings(days: Days) -> Iterator[Row]:
    """Bookings made on `days`, by status."""
    statuses: dict[str, Any] = {status.value: Count("pk", filter=Q(status=status)) for status in BookingStatus}
    return grouped(Booking.objects.all(), days, "created_at", _BOOKING, **statuses, booked=Count("pk"))


def reached(days: Days) -> Iterator[Row]:
    """Bookings made on `days` by the funnel stages they reached; one with several payments counts once."""
    bookings = {
        f"reached_{stage}": Count("booking_id", distinct=True, filter=that) for stage, that in STAGE_FILTERS.items()
    }
    return grouped(Payment.objects.filter(purpose=Purpose.DEPOSIT), days, "booking__created_at", _PAYMENT, **bookings)


def attempts(days: Days) -> Iterator[Row]:
    """Attempts to pay made on `days`."""
    return grouped(
        PaymentAttempt.objects.all(),
        days,
        "occurred_at",
        _OF_PAYMENT,
        attempts_succeeded=Count("pk", filter=Q(outcome=AttemptOutcome.SUCCEEDED)),
        attempts_failed=Count("pk", filter=Q(outcome=AttemptOutcome.FAILED)),
    )


def declines(days: Days) -> Iterator[Row]:
    """Failed attempts of `days` by the bank's decline code, else by Stripe's code."""
    reason = Case(
        When(~Q(decline_code=""), then=F("decline_code")),
        When(~Q(code=""), then=F("code")),
        default=Value("unknown"),
        output_field=CharField(),
    )
    failed = PaymentAttempt.objects.filter(outcome=AttemptOutcome.FAILED)
    return grouped(failed, days, "occurred_at", {**_OF_PAYMENT, "reason": reason}, declines=Count("pk"))


def payments(days: Days) -> Iterator[Row]:
    """Payments created on `days`: attempted, and captured in the end."""
    captured = Q(status__in=CAPTURED)
    return grouped(
        Payment.objects.all(),
        days,
        "created_at",
        _PAYMENT,
        payments_tried=Count("pk", filter=Q(first_attempt_at__isnull=False) | captured),
        payments_captured=Count("pk", filter=captured),
    )


def paid(days: Days) -> Iterator[Row]:
    """Deposits paid on `days`, and those of them refunded since, in full or in part."""
    return grouped(
        Payment.objects.filter(purpose=Purpose.DEPOSIT),
        days,
        "succeeded_at",
        _PAYMENT,
        paid=Count("pk"),
        paid_refunded=Count("pk", filter=Q(refunded_amount__gt=0)),
        deposits_amount=Sum("captured_amount"),
    )


def refunds(days: Days) -> Iterator[Row]:
    """Deposits refunded on `days`."""
    done = _of_deposits(Refund.objects.filter(status=RefundStatus.SUCCEEDED))
    return grouped(done, days, "settled_at", _OF_PAYMENT, refunds=Count("pk"), refunded_amount=Sum("amount"))


def disputes(days: Days) -> Iterator[Row]:
    """Deposits withheld for disputes opened on `days`."""
    return grouped(
        _of_deposits(Dispute.objects.all()), days, "opened_at", _OF_PAYMENT, disputed_amount=Sum("withdrawn_amount")
    )


def dispute_fees(days: Days) -> Iterator[Row]:
    """Stripe's fees for disputes opened on `days`, in the currency of the balance that they were taken from."""
    charged = _of_deposits(Dispute.objects.exclude(fee_amount=0))
    keys = {**_OF_PAYMENT, "currency": "settlement_currency"}
    return grouped(charged, days, "opened_at", keys, dispute_fees_amount=Sum("fee_amount"))


def _of_deposits(rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    return rows.filter(payment__purpose=Purpose.DEPOSIT)


def sessions(days: Days) -> Iterator[Row]:
    """Places in sessions that start on `days`."""
    held = Session.objects.exclude(status=SessionStatus.CANCELLED)
    keys = {"service_id": "service_id", "currency": "service__currency"}
    return grouped(held, days, "starts_at", keys, places_offered=Sum("capacity"), places_held=Sum("held"))


def attendance(days: Days) -> Iterator[Row]:
    """Attendance on `days`; it has no currency of its own, so the service's is taken, as for places."""
    return grouped(
        Booking.objects.all(),
        days,
        "session__starts_at",
        {"service_id": "session__service_id", "currency": "session__service__currency"},
        attended=Count("pk", filter=Q(status=BookingStatus.COMPLETED)),
        missed=Count("pk", filter=Q(status=BookingStatus.NO_SHOW)),
    )


def feedback(days: Days) -> Iterator[Row]:
    """Feedback on sessions of `days` that were attended; satisfied is a 4 or 5 of 5."""
    return grouped(
        Feedback.objects.filter(booking__status=BookingStatus.COMPLETED),
        days,
        "booking__session__starts_at",
        {"service_id": "booking__session__service_id", "currency": "booking__session__service__currency"},
        feedback_given=Count("pk"),
        feedback_satisfied=Count("pk", filter=Q(rating__gte=SATISFIED)),
    )
