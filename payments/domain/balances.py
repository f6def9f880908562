"""A payment's refunded and reserved amounts, and the status they mean, from its refund rows."""

from django.db import models
from django.db.models import Sum

from payments.domain.transitions import move
from payments.enums import REFUND_RESERVED, PaymentStatus, RefundStatus
from payments.models import Payment, Refund
from portal.audit.actor import Actor, Source


def derive(payment: Payment, *, by: Actor, source: Source, stripe_event_id: str = "") -> None:
    """Bring `payment` (locked, and captured) to what its refunds say, both ways."""
    rows = payment.refunds.all()
    payment.refunded_amount = _sum(rows.filter(status=RefundStatus.SUCCEEDED))
    payment.pending_refund_amount = _sum(rows.filter(status__in=REFUND_RESERVED))
    payment.save(update_fields=["refunded_amount", "pending_refund_amount", "updated_at"])
    to = _status_for(payment)
    if to != payment.status:
        move(payment.pk, to=to, by=by, source=source, reason="refunds", stripe_event_id=stripe_event_id)
        payment.status = to


def _sum(refunds: models.QuerySet[Refund]) -> int:
    return int(refunds.aggregate(total=Sum("amount"))["total"] or 0)


def _status_for(payment: Payment) -> PaymentStatus:
    if not payment.refunded_amount:
        return PaymentStatus.SUCCEEDED
    whole = payment.refunded_amount >= payment.captured_amount
    return PaymentStatus.REFUNDED if whole else PaymentStatus.PARTIALLY_REFUNDED
