"""Disputed charges: money with a version, for Stripe's answers come in any order."""

from typing import Final

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from payments.domain import notify
from payments.domain.balances import covered, derive, give_way_to_bank, owe_again
from payments.domain.discrepancies import record_discrepancy
from payments.domain.fraud import close_warnings
from payments.domain.receipts import settle_credit_notes
from payments.domain.refunds.followups import charged_back, owed_after_dispute, update_money_went_back
from payments.domain.transitions import locked
from payments.enums import (
    CAPTURED,
    DISPUTE_CLOSED,
    DISPUTE_DECIDED,
    DISPUTE_TO_ANSWER,
    EVIDENCE_OPEN,
    Applied,
    DiscrepancyKind,
    DiscrepancyStatus,
)
from payments.gateway.base import DisputeResult
from payments.models import Discrepancy, Dispute, EvidenceFile, Payment
from payments.models.dispute import LONGEST_REASON, LONGEST_STATUS
from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.common import clock

COPIED: Final = (
    "amount",
    "status",
    "reason",
    "is_charge_refundable",
    "withdrawn_amount",
    "settlement_currency",
    "settlement_amount",
    "fee_amount",
    "movements",
    "submissions",
    "evidence_due_at",
)


@transaction.atomic
def apply_dispute(result: DisputeResult, cause: Cause) -> Applied:
    """Bring our row to what Stripe says; a booking keeps its state. `cause.as_of` is when Stripe was asked.

    Finance is told whenever an answer is needed, and when it closes. An older answer changes nothing. One in another
    currency than its payment, or in a state with a name too long to keep, is a discrepancy and no row.
    """
    payment_id = Payment.objects.filter(intent_id=result.intent_id).values_list("pk", flat=True).first()
    if payment_id is None:
        return Applied.UNMATCHED
    payment = locked(payment_id)
    if result.currency != payment.currency or len(result.status) > LONGEST_STATUS:
        return _note_unfit(result, payment, cause)
    stored = Dispute.objects.filter(stripe_dispute_id=result.id).first()
    if stored is not None and _is_older(result, cause, stored):
        return Applied.APPLIED
    before, lost_before = stored.status if stored else "", _lost(payment)
    dispute = stored or Dispute(stripe_dispute_id=result.id, payment=payment, opened_at=result.created_at)
    _copy(result, dispute, cause)
    close_warnings(payment, _("This payment is now disputed."), cause=cause)
    owed_again = _keep_promises(payment, lost_before, cause)
    withdrawn = payment.disputes.aggregate(total=Sum("withdrawn_amount"))["total"] or 0
    payment.disputed_amount = max(0, withdrawn)
    payment.save(update_fields=["disputed_amount", "updated_at"])
    if before != result.status:
        record(
            "dispute.moved",
            dispute,
            cause=cause,
            data={"from": before, "to": result.status, "payment": payment.pk},
        )
        _tell(dispute)
        _drop_unsent_documents(dispute)
    if owed_again or (before != result.status and dispute.closed_at is not None):
        _tell_what_is_owed(payment)
    update_money_went_back(payment, cause=cause)
    settle_credit_notes(payment)
    return Applied.APPLIED


def _is_older(result: DisputeResult, cause: Cause, stored: Dispute) -> bool:
    """Balance transactions are only ever added. With as many of them, a decision stands, and else the later answer."""
    if result.movements != stored.movements:
        return result.movements < stored.movements
    if stored.status in DISPUTE_DECIDED and result.status not in DISPUTE_CLOSED:
        return True
    return stored.fetched_at is not None and cause.as_of < stored.fetched_at


def _copy(result: DisputeResult, dispute: Dispute, cause: Cause) -> None:
    for name in COPIED:
        setattr(dispute, name, getattr(result, name))
    dispute.reason = result.reason[:LONGEST_REASON]
    closed = result.status in DISPUTE_CLOSED
    dispute.closed_at = (dispute.closed_at or clock.now()) if closed else None
    dispute.fetched_at = cause.as_of
    dispute.save()


def _note_unfit(result: DisputeResult, payment: Payment, cause: Cause) -> Applied:
    """Once finance has ignored it, another event brings it not back."""
    kind = DiscrepancyKind.DISPUTE_MISSING
    noted = Discrepancy.objects.filter(kind=kind, stripe_object_id=result.id, amount=result.amount)
    if not noted.filter(status=DiscrepancyStatus.IGNORED).exists():
        record_discrepancy(
            kind,
            stripe_object_id=result.id,
            cause=cause,
            payment=payment,
            amount=result.amount,
            currency=result.currency,
            details={"dispute_status": result.status, "intent": payment.intent_id},
        )
    return Applied.DISCREPANCY


def _lost(payment: Payment) -> int:
    """What banks have returned to the cardholder for good, in minor units."""
    return sum(dispute.withdrawn_amount for dispute in charged_back(payment))


def _keep_promises(payment: Payment, lost_before: int, cause: Cause) -> bool:
    """Refunds that wait are no longer owed, as far as the bank has returned the money; whether some are owed again.

    A lost dispute may open again or be won after all: then the bank takes back what had counted for refunds.
    """
    if payment.status not in CAPTURED:
        return False
    lost, counted = _lost(payment), covered(payment)
    if lost > lost_before:
        give_way_to_bank(payment, min(lost - lost_before, lost - counted), cause=cause)
    elif counted > lost:
        owe_again(payment, counted - lost, cause=cause)
    else:
        return False
    derive(payment, cause=cause)
    return counted > lost


def _tell_what_is_owed(payment: Payment) -> None:
    """Once the bank has decided, the caregiver and finance hear what our team has to return."""
    for refund, amount in owed_after_dispute(payment):
        notify.refund_owed(refund, payment, amount)


def _drop_unsent_documents(dispute: Dispute) -> None:
    """Nobody will send what was attached to a draft once the dispute is closed."""
    if dispute.closed_at is not None:
        EvidenceFile.objects.filter(evidence__dispute=dispute, evidence__state__in=EVIDENCE_OPEN).delete()


def _tell(dispute: Dispute) -> None:
    """Each move into needing a response: opened, an inquiry that became a chargeback, opened again."""
    if dispute.closed_at is not None:
        notify.dispute_closed(dispute)
    elif dispute.status in DISPUTE_TO_ANSWER:
        notify.dispute_opened(dispute)
