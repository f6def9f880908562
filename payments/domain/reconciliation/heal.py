"""Looking at a candidate again, and healing what is only a missed event: through the ledger's own functions."""

from dataclasses import replace
from typing import Final

from django.db.models import Q

from payments.domain.charges import apply_charge
from payments.domain.disputes import apply_dispute
from payments.domain.intent_sync import apply_intent, claimed_by
from payments.domain.reconciliation.diff import Candidate
from payments.domain.refunds.apply import apply_refunds
from payments.domain.refunds.followups import is_place_without_money
from payments.enums import (
    CAPTURED,
    INTENT_STATUS_AT_STRIPE,
    REFUND_STATUS_AT_STRIPE,
    UNPAID,
    DiscrepancyKind,
    PaymentStatus,
)
from payments.gateway import gateway
from payments.gateway.base import GatewayNotFound, Intent
from payments.models import Dispute, Payment, Refund
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.common import clock

K = DiscrepancyKind
UNTRIED: Final = frozenset({"requires_payment_method", "requires_confirmation"})
BY: Final = Actor.system(SystemActor.RECONCILIATION)


def with_claim_checked(candidate: Candidate) -> Candidate:
    """Let go of a payment that another booking's intent claims: the lists name its number, and that may be reused.

    Raises a GatewayError subclass.
    """
    if candidate.kind not in (K.MISSING_LOCALLY, K.DUPLICATE_CHARGE) or candidate.payment_id is None:
        return candidate
    if claimed_by(gateway().retrieve_intent(candidate.intent_id).metadata).exists():
        return candidate
    return replace(candidate, kind=K.MISSING_LOCALLY, payment_id=None)


def still_differs(candidate: Candidate) -> bool:
    """Fetch the object again and compare it with the ledger as it is now. Raises a GatewayError subclass."""
    match candidate.kind:
        case K.MISSING_AT_STRIPE:
            return not _exists_at_stripe(candidate.intent_id)
        case K.UNKNOWN_CHARGE | K.MISSING_LOCALLY:
            return not _is_ours(candidate.intent_id) and _holds_money(candidate)
        case K.DUPLICATE_CHARGE:
            return _holds_money(candidate)
        case K.AMOUNT_DIFFERS | K.STATUS_DIFFERS:
            return _intent_differs(gateway().retrieve_intent(candidate.intent_id), candidate)
        case K.REFUND_DIFFERS:
            return _refund_differs(candidate)
        case K.DISPUTE_MISSING:
            stated = gateway().retrieve_dispute(candidate.stripe_id)
            same = Dispute.objects.filter(
                stripe_dispute_id=stated.id,
                status=stated.status,
                amount=stated.amount,
                payment__currency=stated.currency,
                withdrawn_amount=stated.withdrawn_amount,
                settlement_currency=stated.settlement_currency,
                settlement_amount=stated.settlement_amount,
                fee_amount=stated.fee_amount,
                movements=stated.movements,
            )
            return not same.exists()
        case K.MONEY_WENT_BACK:
            payment = Payment.objects.select_related("booking").filter(pk=candidate.payment_id or 0).first()
            return payment is not None and is_place_without_money(payment)
        case _:
            missing = Q(fee_amount__isnull=True) | Q(balance_transaction_id="")
            return Payment.objects.filter(missing, pk=candidate.payment_id or 0).exists()


def heal(candidate: Candidate) -> None:
    """Apply what Stripe says; what does not fit stays as it is. Raises a GatewayError subclass."""
    cause = Cause(BY, Source.RECONCILIATION, clock.now())
    match candidate.kind:
        case K.STATUS_DIFFERS:
            apply_intent(gateway().retrieve_intent(candidate.intent_id), cause)
        case K.MISSING_LOCALLY if candidate.payment_id is not None:
            _adopt_or_cancel(gateway().retrieve_intent(candidate.intent_id), candidate.payment_id, cause)
        case K.REFUND_DIFFERS:
            apply_refunds(gateway().list_refunds(candidate.intent_id), cause)
        case K.DISPUTE_MISSING:
            apply_dispute(gateway().retrieve_dispute(candidate.stripe_id), cause)
        case K.FEE_MISSING:
            charge_id = gateway().retrieve_intent(candidate.intent_id).latest_charge_id
            if charge_id:
                apply_charge(gateway().retrieve_charge(charge_id), cause)


def _adopt_or_cancel(intent: Intent, payment_id: int, cause: Cause) -> None:
    """Give the payment its intent, whose reply was lost.

    Where it has another one since, nobody was ever given this one to pay: Stripe is to forget it.
    """
    has_another = Payment.objects.filter(pk=payment_id, intent_id__isnull=False).exclude(intent_id=intent.id)
    if intent.status in UNTRIED and has_another.exists():
        gateway().cancel_intent(intent.id)
    else:
        apply_intent(intent, cause)


def _exists_at_stripe(intent_id: str) -> bool:
    try:
        gateway().retrieve_intent(intent_id)
    except GatewayNotFound:
        return False
    return True


def _is_ours(intent_id: str) -> bool:
    return Payment.objects.filter(intent_id=intent_id).exists()


def _holds_money(candidate: Candidate) -> bool:
    """Whether Stripe still has what was paid: what was given back there needs nobody any more."""
    intent = gateway().retrieve_intent(candidate.intent_id)
    if intent.status != "succeeded":
        return intent.status != "canceled" and candidate.kind == K.MISSING_LOCALLY
    refunds = gateway().list_refunds(intent.id)
    returned = sum(refund.amount for refund in refunds if refund.status in ("succeeded", "pending"))
    return returned < intent.amount_received


def _intent_differs(intent: Intent, candidate: Candidate) -> bool:
    payment = Payment.objects.filter(Q(intent_id=intent.id) | Q(pk=candidate.payment_id or 0)).first()
    if payment is None:
        return True
    if candidate.kind == K.AMOUNT_DIFFERS:
        received = intent.amount_received if intent.status == "succeeded" else payment.amount
        return (intent.amount, received, intent.currency) != (payment.amount, payment.amount, payment.currency)
    if candidate.listed_status not in ("", intent.status):
        return False  # it changed while we looked
    if intent.status not in INTENT_STATUS_AT_STRIPE:
        return True
    if intent.status == "succeeded":
        return payment.status not in CAPTURED
    if intent.status == "canceled":
        return payment.status in UNPAID or payment.status in CAPTURED
    return payment.status in CAPTURED or payment.status == PaymentStatus.CANCELLED


def _refund_differs(candidate: Candidate) -> bool:
    try:
        stated = gateway().retrieve_refund(candidate.stripe_id)
    except GatewayNotFound:
        return True
    ours = REFUND_STATUS_AT_STRIPE.get(stated.status, "")
    return not Refund.objects.filter(stripe_refund_id=stated.id, amount=stated.amount, status=ours).exists()
