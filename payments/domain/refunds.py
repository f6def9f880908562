"""Money going back: the row under the lock, then Stripe, then what Stripe says.

A refund is written, and its amount reserved, before Stripe is called. An unanswered call leaves it unknown: the
next round looks for it at Stripe first, resends the same key only within 12 hours, and takes a new key only after
a definitive refusal, or a day later with nothing found.
"""

import logging
from datetime import timedelta
from typing import Final

from django.db import models, transaction
from django.db.models import Sum

from payments.domain.discrepancies import note
from payments.domain.news import News
from payments.domain.transitions import locked, move
from payments.enums import (
    CAPTURED,
    REFUND_RESERVED,
    REFUND_STATUS_AT_STRIPE,
    REFUND_TO_SEND,
    DiscrepancyKind,
    PaymentStatus,
    RefundReason,
    RefundStatus,
)
from payments.gateway import gateway
from payments.gateway.base import GatewayRefused, GatewayUnreachable, RefundResult
from payments.metrics import REFUND_OUTCOMES
from payments.models import Payment, Refund
from payments.models.refund import GIVE_UP_AFTER, RESEND_WITHIN
from portal.audit.actor import Actor, Source, SystemActor
from portal.audit.domain import record
from portal.common import clock
from portal.common.doorbell import ring
from portal.common.leases import back_off, claim

logger = logging.getLogger("payments.refunds")
LEASE: Final = timedelta(minutes=3)
SETTLEMENT: Final = Actor.system(SystemActor.SETTLEMENT)


class RefundError(Exception):
    """A refund cannot be made; `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@transaction.atomic
def request_refund(
    payment_id: int, *, amount: int, reason: RefundReason, by: Actor, source: Source, note: str = ""
) -> Refund:
    """Write the refund and reserve its amount (minor units); a worker sends it. Raises RefundError."""
    payment = locked(payment_id)
    if payment.status not in CAPTURED:
        raise RefundError("Only a payment that was received can be refunded.")
    if not 0 < amount <= payment.refundable_amount:
        raise RefundError("This is more than what can still be refunded.")
    refund = Refund.objects.create(
        payment=payment,
        amount=amount,
        believed_balance=payment.refundable_amount,
        reason=reason,
        note=note,
    )
    record("refund.requested", refund, by=by, source=source, data={"payment": payment.pk, "amount": amount})
    _derive(payment, by=by, source=source)
    ring("payments.tasks.send_refunds")
    return refund


def send_refunds(limit: int = 20) -> int:
    """Send what is due; returns how many rows were worked on."""
    due = claim(Refund.objects.filter(status__in=REFUND_TO_SEND), limit=limit, lease=LEASE)
    for refund in due:
        _work_on(refund)
    return len(due)


def _work_on(refund: Refund) -> None:
    payment = Payment.objects.get(pk=refund.payment_id)
    try:
        result = _found_at_stripe(refund, payment) or _send(refund, payment)
    except GatewayUnreachable as error:
        _try_again_later(refund, error.code)
    except GatewayRefused as error:
        _refused(refund, payment, error.code)
    else:
        if result is not None:
            apply_refund(result, News(SETTLEMENT, Source.SCHEDULE, clock.now()))


def _found_at_stripe(refund: Refund, payment: Payment) -> RefundResult | None:
    """After an unanswered call: the refund we asked for, when Stripe has it."""
    if refund.first_sent_at is None or payment.intent_id is None:
        return None
    wanted = str(refund.pk)
    listed = gateway().list_refunds(payment.intent_id)
    return next((found for found in listed if found.metadata.get("refund_id") == wanted), None)


def _send(refund: Refund, payment: Payment) -> RefundResult | None:
    if not _mark_sent(refund) or payment.intent_id is None:
        return None
    return gateway().refund(
        payment.intent_id, refund.amount, refund_id=refund.pk, idempotency_key=refund.idempotency_key
    )


@transaction.atomic
def _mark_sent(refund: Refund) -> bool:
    """Say "unknown" before the call; False while it is too late to resend the key and too early for a new one."""
    moment = clock.now()
    if refund.first_sent_at is not None and moment - refund.first_sent_at > RESEND_WITHIN:
        if moment - refund.first_sent_at < GIVE_UP_AFTER:
            _reschedule(refund, timedelta(hours=1), "waiting for a day to pass")
            return False
        refund.sequence += 1
        refund.first_sent_at = None
    refund.first_sent_at = refund.first_sent_at or moment
    refund.status = RefundStatus.UNKNOWN
    refund.save(update_fields=["sequence", "first_sent_at", "status"])
    return True


def _try_again_later(refund: Refund, code: str) -> None:
    wait = back_off(refund.attempts, first=timedelta(seconds=10), longest=timedelta(minutes=30))
    _reschedule(refund, wait, code)


def _reschedule(refund: Refund, wait: timedelta, code: str) -> None:
    Refund.objects.filter(pk=refund.pk).update(due_at=clock.now() + wait, leased_until=None, last_error=code[:500])


@transaction.atomic
def _refused(refund: Refund, payment: Payment, code: str) -> None:
    """A definitive no: the reservation ends, and finance has a task."""
    payment = locked(payment.pk)
    Refund.objects.filter(pk=refund.pk).update(
        status=RefundStatus.FAILED, failure_code=code[:64], leased_until=None, settled_at=clock.now()
    )
    record("refund.refused", refund, by=SETTLEMENT, source=Source.SCHEDULE, data={"code": code[:64]})
    _tell_finance(refund, payment, code, News(SETTLEMENT, Source.SCHEDULE, clock.now()))
    REFUND_OUTCOMES.labels(outcome="refused").inc()
    _derive(payment, by=SETTLEMENT, source=Source.SCHEDULE)


def _tell_finance(refund: Refund, payment: Payment, code: str, news: News) -> None:
    """Money that we owe did not reach the caregiver: a task for finance."""
    note(
        DiscrepancyKind.REFUND_BLOCKED,
        stripe_object_id=f"refund-{refund.pk}",
        by=news.by,
        source=news.source,
        payment=payment,
        amount=refund.amount,
        currency=payment.currency,
        details={"code": code},
    )


@transaction.atomic
def apply_refund(result: RefundResult, news: News) -> bool:
    """Bring our row to what Stripe says; a refund made at Stripe gets a row. False when no payment of ours has it.

    One of money that the ledger never received (a duplicate charge, say) is a discrepancy: it has no balance to change.
    """
    payment_id = Payment.objects.filter(intent_id=result.intent_id).values_list("pk", flat=True).first()
    if payment_id is None:
        return False
    payment = locked(payment_id)
    if payment.status not in CAPTURED:
        _note_unfounded(result, payment, news)
        return True
    refund = _row_for(result, payment)
    before, refund.status = refund.status, REFUND_STATUS_AT_STRIPE[result.status]
    refund.stripe_refund_id = result.id
    refund.failure_code = result.failure_code[:64]
    refund.balance_transaction_id = result.balance_transaction_id
    refund.leased_until = None
    if refund.status != RefundStatus.PENDING:
        refund.settled_at = refund.settled_at or clock.now()
    refund.save()
    if refund.status != before:
        REFUND_OUTCOMES.labels(outcome=refund.status).inc()
        record(
            "refund.moved",
            refund,
            by=news.by,
            source=news.source,
            stripe_event_id=news.stripe_event_id,
            data={"from": before, "to": refund.status, "payment": payment.pk},
        )
        if refund.status == RefundStatus.FAILED:
            _tell_finance(refund, payment, refund.failure_code or "failed", news)
    _derive(payment, by=news.by, source=news.source, stripe_event_id=news.stripe_event_id)
    return True


def _note_unfounded(result: RefundResult, payment: Payment, news: News) -> None:
    note(
        DiscrepancyKind.REFUND_DIFFERS,
        stripe_object_id=result.id,
        by=news.by,
        source=news.source,
        payment=payment,
        amount=result.amount,
        currency=result.currency,
        details={"payment_status": payment.status, "refund_status": result.status},
    )


def _row_for(result: RefundResult, payment: Payment) -> Refund:
    rows = Refund.objects.select_for_update(no_key=True).filter(payment=payment)
    ours = result.metadata.get("refund_id", "")
    found = rows.filter(stripe_refund_id=result.id).first()
    if found is None and ours.isdecimal():
        found = rows.filter(pk=int(ours), stripe_refund_id__isnull=True).first()
    if found is not None:
        return found
    return Refund(
        payment=payment,
        amount=result.amount,
        believed_balance=payment.refundable_amount,
        reason=RefundReason.MADE_AT_STRIPE,
        created_at=result.created_at,
        status=RefundStatus.REQUESTED,
    )


def _derive(payment: Payment, *, by: Actor, source: Source, stripe_event_id: str = "") -> None:
    """Refunded and reserved amounts, and the status they mean, from the refund rows."""
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
