"""Stripe's early fraud warnings and reviews: tasks for finance, for as long as something can be done about them.

An early fraud warning says that the cardholder's bank takes a payment for fraud. Refunded in time, it does not become
a dispute, which costs a fee even when it is won. Whether there is time is what the ledger itself knows: Stripe calls a
warning actionable until the payment is refunded or disputed. So events of a warning may come in any order.
"""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from payments.domain import notify
from payments.domain.discrepancies import close, record_discrepancy
from payments.domain.transitions import locked
from payments.enums import Applied, DiscrepancyKind, DiscrepancyStatus, PaymentStatus
from payments.gateway.stripe_objects import Json, id_of
from payments.models import Discrepancy, Payment, ReceivedEvent
from portal.audit.actor import Cause

REVIEW_CLOSED = "review.closed"


@transaction.atomic
def apply_warning(payload: Json, cause: Cause) -> Applied:
    """Open a task for an early fraud warning about one of our payments, or close it when it came too late."""
    payment = _payment_of(payload)
    if payment is None:
        return Applied.UNMATCHED
    if not payload["actionable"] or not _can_be_refunded_in_time(payment):
        close_warnings(payment, _("It’s too late to refund this payment before a dispute."), cause=cause)
    elif not _was_noted(DiscrepancyKind.FRAUD_WARNING, payload["id"]):
        _open(DiscrepancyKind.FRAUD_WARNING, payload, payment, cause, reason=str(payload.get("fraud_type") or ""))
        notify.fraud_warning(payment, payload["id"], str(payload.get("fraud_type") or ""))
    return Applied.APPLIED


def close_warnings(payment: Payment, reason: str, *, cause: Cause) -> None:
    """Nothing can be done any more about the payment's early fraud warnings."""
    for opened in _open_ones(DiscrepancyKind.FRAUD_WARNING).filter(payment=payment):
        close(opened, DiscrepancyStatus.HEALED, reason, cause=cause)


@transaction.atomic
def apply_review(payload: Json, cause: Cause) -> Applied:
    """A task as long as Stripe's review of the payment is open; one that has ended does not open again."""
    payment = _payment_of(payload)
    if payment is None:
        return Applied.UNMATCHED
    kind, review = DiscrepancyKind.REVIEW_OPEN, payload["id"]
    if not _was_noted(kind, review):
        _open(kind, payload, payment, cause, reason=str(payload.get("opened_reason") or ""))
    if not payload["open"] or ReceivedEvent.objects.filter(object_id=review, type=REVIEW_CLOSED).exists():
        ended = str(payload.get("closed_reason") or payload.get("reason") or "").replace("_", " ")
        for opened in _open_ones(kind).filter(stripe_object_id=review):
            close(opened, DiscrepancyStatus.HEALED, _("Closed at Stripe: %(reason)s.") % {"reason": ended}, cause=cause)
    return Applied.APPLIED


def _payment_of(payload: Json) -> Payment | None:
    """The payment that is meant, locked; its charge is known a moment later than its intent."""
    intent, charge = id_of(payload.get("payment_intent")), id_of(payload.get("charge"))
    named = Q(intent_id=intent) if intent else Q(charge_id=charge)
    payment_id = Payment.objects.filter(named).values_list("pk", flat=True).first() if intent or charge else None
    return None if payment_id is None else locked(payment_id)


def _can_be_refunded_in_time(payment: Payment) -> bool:
    """Money that is on its way back already needs nobody; should it come back, the failed refund is a task."""
    paid = payment.status in (PaymentStatus.SUCCEEDED, PaymentStatus.PARTIALLY_REFUNDED)
    return paid and payment.refundable_amount > 0 and not payment.disputes.exists()


def _was_noted(kind: DiscrepancyKind, stripe_id: str) -> bool:
    """In whatever state: what finance has ignored does not come back with the next event."""
    return Discrepancy.objects.filter(kind=kind, stripe_object_id=stripe_id).exists()


def _open_ones(kind: DiscrepancyKind) -> QuerySet[Discrepancy]:
    return Discrepancy.objects.filter(kind=kind, status=DiscrepancyStatus.OPEN)


def _open(kind: DiscrepancyKind, payload: Json, payment: Payment, cause: Cause, *, reason: str) -> None:
    record_discrepancy(
        kind,
        stripe_object_id=payload["id"],
        cause=cause,
        payment=payment,
        amount=payment.refundable_amount,
        currency=payment.currency,
        details={"reason": reason, "charge": id_of(payload.get("charge"))},
    )
