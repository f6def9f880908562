"""Disputed charges."""

from django.db import transaction
from django.db.models import Sum

from payments.domain import notify
from payments.domain.news import News
from payments.domain.transitions import locked
from payments.enums import DISPUTE_CLOSED, DISPUTE_DECIDED
from payments.gateway.base import DisputeResult
from payments.models import Dispute, Payment
from portal.audit.domain import record
from portal.common import clock


@transaction.atomic
def apply_dispute(result: DisputeResult, news: News) -> bool:
    """Bring our row to what Stripe says; False when no payment of ours is disputed. A booking keeps its state.

    Finance is told when it opens and when it closes. What was read before the bank decided changes nothing after.
    """
    payment_id = Payment.objects.filter(intent_id=result.intent_id).values_list("pk", flat=True).first()
    if payment_id is None:
        return False
    payment = locked(payment_id)
    closed = result.status in DISPUTE_CLOSED
    before = Dispute.objects.filter(stripe_dispute_id=result.id).values_list("status", flat=True).first()
    if before in DISPUTE_DECIDED and not closed:
        return True
    dispute, _ = Dispute.objects.update_or_create(
        stripe_dispute_id=result.id,
        defaults={
            "payment": payment,
            "amount": result.amount,
            "status": result.status,
            "reason": result.reason,
            "is_charge_refundable": result.is_charge_refundable,
            "withdrawn_amount": result.withdrawn_amount,
            "evidence_due_at": result.evidence_due_at,
            "opened_at": result.created_at,
            "closed_at": clock.now() if closed else None,
        },
    )
    withdrawn = payment.disputes.aggregate(total=Sum("withdrawn_amount"))["total"] or 0
    payment.disputed_amount = max(0, withdrawn)
    payment.save(update_fields=["disputed_amount", "updated_at"])
    if before != result.status:
        record(
            "dispute.moved",
            dispute,
            by=news.by,
            source=news.source,
            stripe_event_id=news.stripe_event_id,
            data={"from": before or "", "to": result.status, "payment": payment.pk},
        )
        _tell(dispute, newly=before is None)
    return True


def _tell(dispute: Dispute, *, newly: bool) -> None:
    if dispute.closed_at is not None:
        notify.dispute_closed(dispute)
    elif newly:
        notify.dispute_opened(dispute)
