"""Looking at a candidate again, and healing what is only a missed event: through the ledger's own functions."""

from django.db.models import Q

from payments.domain.charges import apply_charge
from payments.domain.disputes import apply_dispute
from payments.domain.news import News
from payments.domain.reconciliation.findings import Finding
from payments.domain.refunds import apply_refund
from payments.domain.settlement import apply_intent
from payments.enums import CAPTURED, REFUND_STATUS_AT_STRIPE, UNPAID, DiscrepancyKind, PaymentStatus
from payments.gateway import gateway
from payments.gateway.base import GatewayRefused, Intent
from payments.models import Dispute, Payment, Refund
from portal.audit.actor import Actor, Source, SystemActor
from portal.common import clock

K = DiscrepancyKind
BY = Actor.system(SystemActor.RECONCILIATION)


def still_differs(finding: Finding) -> bool:
    """Fetch the object again and compare it with the ledger as it is now. Raises GatewayUnreachable."""
    match finding.kind:
        case K.MISSING_AT_STRIPE:
            return not _exists_at_stripe(finding.intent_id)
        case K.UNKNOWN_CHARGE | K.MISSING_LOCALLY:
            return not Payment.objects.filter(intent_id=finding.intent_id).exists()
        case K.AMOUNT_DIFFERS | K.STATUS_DIFFERS:
            return _intent_differs(gateway().retrieve_intent(finding.intent_id), finding.kind)
        case K.REFUND_DIFFERS:
            told = gateway().retrieve_refund(finding.stripe_id)
            return not _has_refund(told.id, told.amount, told.status)
        case K.DISPUTE_MISSING:
            dispute = gateway().retrieve_dispute(finding.stripe_id)
            return not Dispute.objects.filter(stripe_dispute_id=dispute.id, status=dispute.status).exists()
        case _:
            missing = Q(fee_amount__isnull=True) | Q(balance_transaction_id="")
            return Payment.objects.filter(missing, pk=finding.payment_id or 0).exists()


def heal(finding: Finding) -> None:
    """Apply what Stripe says; what does not fit stays as it is. Raises GatewayError's children."""
    news = News(BY, Source.RECONCILIATION, clock.now())
    match finding.kind:
        case K.STATUS_DIFFERS:
            apply_intent(gateway().retrieve_intent(finding.intent_id), news)
        case K.MISSING_LOCALLY if finding.payment_id is not None:
            apply_intent(gateway().retrieve_intent(finding.intent_id), news)
        case K.REFUND_DIFFERS:
            apply_refund(gateway().retrieve_refund(finding.stripe_id), news)
        case K.DISPUTE_MISSING:
            apply_dispute(gateway().retrieve_dispute(finding.stripe_id), news)
        case K.FEE_MISSING:
            charge_id = gateway().retrieve_intent(finding.intent_id).latest_charge_id
            if charge_id:
                apply_charge(gateway().retrieve_charge(charge_id), news)


def _exists_at_stripe(intent_id: str) -> bool:
    try:
        gateway().retrieve_intent(intent_id)
    except GatewayRefused:
        return False
    return True


def _intent_differs(intent: Intent, kind: DiscrepancyKind) -> bool:
    payment = Payment.objects.get(intent_id=intent.id)
    if kind == K.AMOUNT_DIFFERS:
        received = intent.amount_received if intent.status == "succeeded" else payment.amount
        return (intent.amount, received, intent.currency) != (payment.amount, payment.amount, payment.currency)
    if intent.status == "succeeded":
        return payment.status not in CAPTURED
    if intent.status == "canceled":
        return payment.status in UNPAID or payment.status in CAPTURED
    return payment.status in CAPTURED or payment.status == PaymentStatus.CANCELLED


def _has_refund(stripe_id: str, amount: int, status: str) -> bool:
    ours = REFUND_STATUS_AT_STRIPE[status]
    return Refund.objects.filter(stripe_refund_id=stripe_id, amount=amount, status=ours).exists()
