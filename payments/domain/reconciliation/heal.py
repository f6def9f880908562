"""Looking at a candidate again, and healing what is only a missed event: through the ledger's own functions."""

from dataclasses import replace
from typing import Final

from django.db.models import Q

from payments.domain.charges import apply_charge
from payments.domain.disputes import apply_dispute
from payments.domain.reconciliation.findings import Finding
from payments.domain.refund_tasks import is_place_without_money
from payments.domain.refunds import apply_refunds
from payments.domain.settlement import apply_intent, claimed_by
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


def with_claim_checked(finding: Finding) -> Finding:
    """Let go of a payment that another booking's intent claims: the lists name its number, and that may be reused.

    Raises GatewayError's children.
    """
    if finding.kind not in (K.MISSING_LOCALLY, K.DUPLICATE_CHARGE) or finding.payment_id is None:
        return finding
    if claimed_by(gateway().retrieve_intent(finding.intent_id).metadata).exists():
        return finding
    return replace(finding, kind=K.MISSING_LOCALLY, payment_id=None)


def still_differs(finding: Finding) -> bool:
    """Fetch the object again and compare it with the ledger as it is now. Raises GatewayError's children."""
    match finding.kind:
        case K.MISSING_AT_STRIPE:
            return not _exists_at_stripe(finding.intent_id)
        case K.UNKNOWN_CHARGE | K.MISSING_LOCALLY:
            return not _is_ours(finding.intent_id) and _holds_money(finding)
        case K.DUPLICATE_CHARGE:
            return _holds_money(finding)
        case K.AMOUNT_DIFFERS | K.STATUS_DIFFERS:
            return _intent_differs(gateway().retrieve_intent(finding.intent_id), finding)
        case K.REFUND_DIFFERS:
            return _refund_differs(finding)
        case K.DISPUTE_MISSING:
            told = gateway().retrieve_dispute(finding.stripe_id)
            same = Dispute.objects.filter(
                stripe_dispute_id=told.id,
                status=told.status,
                amount=told.amount,
                payment__currency=told.currency,
                withdrawn_amount=told.withdrawn_amount,
                settlement_currency=told.settlement_currency,
                settlement_amount=told.settlement_amount,
                fee_amount=told.fee_amount,
                movements=told.movements,
            )
            return not same.exists()
        case K.MONEY_WENT_BACK:
            payment = Payment.objects.select_related("booking").filter(pk=finding.payment_id or 0).first()
            return payment is not None and is_place_without_money(payment)
        case _:
            missing = Q(fee_amount__isnull=True) | Q(balance_transaction_id="")
            return Payment.objects.filter(missing, pk=finding.payment_id or 0).exists()


def heal(finding: Finding) -> None:
    """Apply what Stripe says; what does not fit stays as it is. Raises GatewayError's children."""
    cause = Cause(BY, Source.RECONCILIATION, clock.now())
    match finding.kind:
        case K.STATUS_DIFFERS:
            apply_intent(gateway().retrieve_intent(finding.intent_id), cause)
        case K.MISSING_LOCALLY if finding.payment_id is not None:
            _adopt_or_cancel(gateway().retrieve_intent(finding.intent_id), finding.payment_id, cause)
        case K.REFUND_DIFFERS:
            apply_refunds(gateway().list_refunds(finding.intent_id), cause)
        case K.DISPUTE_MISSING:
            apply_dispute(gateway().retrieve_dispute(finding.stripe_id), cause)
        case K.FEE_MISSING:
            charge_id = gateway().retrieve_intent(finding.intent_id).latest_charge_id
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


def _holds_money(finding: Finding) -> bool:
    """Whether Stripe still has what was paid: what was given back there needs nobody any more."""
    intent = gateway().retrieve_intent(finding.intent_id)
    if intent.status != "succeeded":
        return intent.status != "canceled" and finding.kind == K.MISSING_LOCALLY
    refunds = gateway().list_refunds(intent.id)
    returned = sum(refund.amount for refund in refunds if refund.status in ("succeeded", "pending"))
    return returned < intent.amount_received


def _intent_differs(intent: Intent, finding: Finding) -> bool:
    payment = Payment.objects.filter(Q(intent_id=intent.id) | Q(pk=finding.payment_id or 0)).first()
    if payment is None:
        return True
    if finding.kind == K.AMOUNT_DIFFERS:
        received = intent.amount_received if intent.status == "succeeded" else payment.amount
        return (intent.amount, received, intent.currency) != (payment.amount, payment.amount, payment.currency)
    if finding.listed_status not in ("", intent.status):
        return False  # it changed while we looked
    if intent.status not in INTENT_STATUS_AT_STRIPE:
        return True
    if intent.status == "succeeded":
        return payment.status not in CAPTURED
    if intent.status == "canceled":
        return payment.status in UNPAID or payment.status in CAPTURED
    return payment.status in CAPTURED or payment.status == PaymentStatus.CANCELLED


def _refund_differs(finding: Finding) -> bool:
    try:
        told = gateway().retrieve_refund(finding.stripe_id)
    except GatewayNotFound:
        return True
    ours = REFUND_STATUS_AT_STRIPE.get(told.status, "")
    return not Refund.objects.filter(stripe_refund_id=told.id, amount=told.amount, status=ours).exists()
