"""Money: what was captured, what went back, and what it is for."""

from collections.abc import Iterable
from typing import ClassVar

from django.db.models import Count, Exists, F, Model, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from payments.enums import (
    CAPTURED,
    LIVE,
    REFUND_RESERVED,
    UNPAID,
    DiscrepancyStatus,
    DisputeStatus,
    PaymentStatus,
    Purpose,
    RefundStatus,
)
from payments.models import CreditNote, Discrepancy, Dispute, DocumentCounter, Payment, Receipt
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking, BookingTransition

_NET = F("captured_amount") - F("refunded_amount") - F("pending_refund_amount") - F("disputed_amount")


class RefundsAddUp:
    """Refunded and reserved amounts are the sums of the refund rows, and the status says so."""

    name: ClassVar[str] = "refunds_add_up"
    rule: ClassVar[str] = "What a payment says was refunded or reserved is what its refunds add up to."

    def broken(self) -> Iterable[tuple[str, str]]:
        returned = Coalesce(Sum("refunds__amount", filter=Q(refunds__status=RefundStatus.SUCCEEDED)), 0)
        reserved = Coalesce(Sum("refunds__amount", filter=Q(refunds__status__in=REFUND_RESERVED)), 0)
        sums = Payment.objects.order_by().annotate(returned=returned, reserved=reserved)
        wrong = sums.exclude(refunded_amount=F("returned"), pending_refund_amount=F("reserved"))
        for payment in wrong.iterator():
            yield f"payment {payment.pk}", "its refunded or reserved amount is not the sum of its refunds"


class StatusTellsTheMoney:
    """A payment's status and its captured and refunded amounts agree."""

    name: ClassVar[str] = "status_tells_the_money"
    rule: ClassVar[str] = "Paid means captured in full; unpaid means nothing captured; refunded means all of it."

    def broken(self) -> Iterable[tuple[str, str]]:
        unpaid = Q(status__in=[*UNPAID, PaymentStatus.CANCELLED]) & Q(captured_amount__gt=0)
        short = Q(status__in=CAPTURED) & ~Q(captured_amount=F("amount"))
        plain = Q(status=PaymentStatus.SUCCEEDED) & Q(refunded_amount__gt=0)
        whole = Q(status=PaymentStatus.REFUNDED) & ~Q(refunded_amount=F("captured_amount"))
        part = Q(status=PaymentStatus.PARTIALLY_REFUNDED) & (
            Q(refunded_amount=0) | Q(refunded_amount__gte=F("captured_amount"))
        )
        for payment in Payment.objects.order_by().filter(unpaid | short | plain | whole | part).iterator():
            yield f"payment {payment.pk}", f"{payment.status} with {payment.captured_amount} captured"


class ConfirmedHasItsMoney:
    """No booking stands without its deposit."""

    name: ClassVar[str] = "confirmed_has_its_money"
    rule: ClassVar[str] = "A confirmed or attended booking with a deposit has a deposit that was captured."

    def broken(self) -> Iterable[tuple[str, str]]:
        paid = Payment.objects.filter(booking=OuterRef("pk"), purpose=Purpose.DEPOSIT, status__in=CAPTURED)
        standing = [BookingStatus.CONFIRMED, BookingStatus.COMPLETED, BookingStatus.NO_SHOW]
        bookings = Booking.objects.order_by().filter(status__in=standing, deposit_amount__gt=0)
        for booking in bookings.exclude(Exists(paid)).iterator():
            yield f"booking {booking.reference}", f"{booking.status} without a deposit"


class MoneyHasAPlace:
    """No money is kept for a place that is not there, unless finance has been told."""

    name: ClassVar[str] = "money_has_a_place"
    rule: ClassVar[str] = "Captured money belongs to a booking that stands, goes back, or is an open discrepancy."

    def broken(self) -> Iterable[tuple[str, str]]:
        reported = Discrepancy.objects.filter(payment=OuterRef("pk"), status=DiscrepancyStatus.OPEN)
        cancelled_before = BookingTransition.objects.filter(
            booking=OuterRef("booking"), to_status=BookingStatus.CANCELLED, occurred_at__lte=OuterRef("succeeded_at")
        )
        captured = Payment.objects.order_by().filter(status__in=CAPTURED).annotate(net=_NET).filter(net__gt=0)
        waiting = Q(booking__status__in=[BookingStatus.AWAITING_DEPOSIT, BookingStatus.EXPIRED])
        late = Q(booking__status=BookingStatus.CANCELLED) & Exists(cancelled_before)
        for payment in captured.filter(waiting | late).exclude(Exists(reported)).iterator():
            yield f"payment {payment.pk}", "money is kept for a booking that does not stand"


class ReceiptsAreComplete:
    """Every payment has its receipt, and what went back of it its credit notes, since documents have numbers."""

    name: ClassVar[str] = "receipts_are_complete"
    rule: ClassVar[str] = "A captured payment has one receipt, and its credit notes add up to what went back."

    def broken(self) -> Iterable[tuple[str, str]]:
        started = DocumentCounter.objects.values_list("started_at", flat=True).first()
        if started is None:
            return
        captured = Payment.objects.order_by().filter(status__in=CAPTURED, succeeded_at__gte=started)
        for payment in captured.filter(receipt__isnull=True).iterator():
            yield f"payment {payment.pk}", "has no receipt"
        noted = Coalesce(Sum("credit_notes__amount"), 0)
        lost = Dispute.objects.filter(
            payment=OuterRef("payment"), status=DisputeStatus.LOST, withdrawn_amount__gt=0
        ).order_by()
        taken = Coalesce(
            Subquery(lost.values("payment").annotate(total=Sum("withdrawn_amount")).values("total")), Value(0)
        )
        receipts = Receipt.objects.order_by().annotate(noted=noted, taken=taken)
        for receipt in receipts.exclude(noted=F("payment__refunded_amount") + F("taken")).iterator():
            yield f"payment {receipt.payment_id}", "its credit notes are not what went back"
        yield from self._gaps()

    def _gaps(self) -> Iterable[tuple[str, str]]:
        """Counted in one statement: documents are issued meanwhile."""
        counters = DocumentCounter.objects.annotate(issued=_count_of(Receipt) + _count_of(CreditNote))
        for counter in counters.exclude(issued=F("last")):
            yield "document counter", f"gave {counter.last} numbers, {counter.issued} documents have one"


def _count_of(model: type[Model]) -> Coalesce:
    rows = model._default_manager.order_by().annotate(all=Value(1)).values("all").annotate(count=Count("pk"))
    return Coalesce(Subquery(rows.values("count")), Value(0))


class OneLivePayment:
    """A booking is never charged twice for one purpose."""

    name: ClassVar[str] = "one_live_payment"
    rule: ClassVar[str] = "At most one payment of a booking stands for each purpose."

    def broken(self) -> Iterable[tuple[str, str]]:
        live = Payment.objects.order_by().filter(status__in=LIVE).values("booking__reference", "purpose")
        for row in live.annotate(standing=Count("pk")).filter(standing__gt=1):
            yield f"booking {row['booking__reference']}", f"{row['standing']} live payments of its {row['purpose']}"
