"""Sending refunds to Stripe: the row says so before the call, and an unanswered call leaves it unknown."""

import logging
from datetime import timedelta
from typing import Final

from django.db import transaction

from payments.domain import notify
from payments.domain.balances import derive
from payments.domain.refunds.apply import apply_refund, apply_refunds
from payments.domain.refunds.followups import (
    refuse,
)
from payments.domain.transitions import locked
from payments.enums import (
    REFUND_TO_SEND,
    RefundStatus,
)
from payments.gateway import gateway
from payments.gateway.base import GatewayError, GatewayMisconfigured, GatewayRefused, GatewayUnreachable, RefundResult
from payments.models import Payment, Refund
from payments.models.refund import GIVE_UP_AFTER, RESEND_WITHIN
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.common import clock
from portal.common.leases import back_off, claim

logger = logging.getLogger("payments.refunds")
LEASE: Final = timedelta(minutes=3)
SETTLEMENT: Final = Actor.system(SystemActor.SETTLEMENT)


def send_refunds(limit: int = 20) -> int:
    """Send what is due; returns how many rows were worked on."""
    due = claim(Refund.objects.filter(status__in=REFUND_TO_SEND), limit=limit, lease=LEASE)
    for refund in due:
        _work_on(refund)
    return len(due)


def _work_on(refund: Refund) -> None:
    """What goes wrong is written on the row, and it is tried again; a definite no becomes a task."""
    payment = Payment.objects.get(pk=refund.payment_id)
    try:
        result = _found_at_stripe(refund, payment) or _send(refund, payment)
        if result is not None:
            apply_refund(result, _cause())
    except (GatewayUnreachable, GatewayMisconfigured) as error:  # a wrong key says nothing about the refund
        _try_again_later(refund, error.code)
    except GatewayRefused as error:
        _learn_why(payment)
        _refused(refund, payment, error.code)
    except Exception as error:  # one bad row must not keep the others
        logger.exception("a refund could not be worked on", extra={"refund": refund.pk})
        _try_again_later(refund, type(error).__name__)


def _cause() -> Cause:
    return Cause(SETTLEMENT, Source.SCHEDULE, clock.now())


def _learn_why(payment: Payment) -> None:
    """A refusal may come of refunds made at Stripe: know them, and ours gives way instead of becoming a task."""
    try:
        apply_refunds(gateway().list_refunds(str(payment.intent_id)), _cause())
    except GatewayError:  # logged by the gateway; reconciliation finds them
        return


def _found_at_stripe(refund: Refund, payment: Payment) -> RefundResult | None:
    """The refund we asked for, when Stripe has it: an earlier call may have been taken. Raises GatewayUnreachable."""
    was_sent = refund.first_sent_at is not None or refund.sequence > 1
    if not was_sent or payment.intent_id is None:
        return None
    wanted = str(refund.pk)
    try:
        listed = gateway().list_refunds(payment.intent_id)
    except GatewayRefused as error:  # no answer to what was asked: the refund stays unknown
        raise GatewayUnreachable(error.code) from error
    return next((refund for refund in listed if refund.metadata.get("refund_id") == wanted), None)


def _send(refund: Refund, payment: Payment) -> RefundResult | None:
    sent = _mark_sent(refund)
    if sent is None or payment.intent_id is None:
        return None
    refund.sequence = sent.sequence
    return gateway().refund(payment.intent_id, sent.amount, refund_id=sent.pk, idempotency_key=sent.idempotency_key)


@transaction.atomic
def _mark_sent(refund: Refund) -> Refund | None:
    """Say "unknown" before the call, on the row as it is now.

    None when a webhook or another worker settled it meanwhile, and while it is too late to resend the key and too
    early for a new one.
    """
    refund = _as_it_is(refund)
    if refund.status not in REFUND_TO_SEND:
        return None
    moment = clock.now()
    if refund.first_sent_at is not None and moment - refund.first_sent_at > RESEND_WITHIN:
        if moment - refund.first_sent_at < GIVE_UP_AFTER:
            _reschedule(refund, timedelta(hours=1), "waiting for a day to pass")
            return None
        refund.sequence += 1
        refund.first_sent_at = None
    refund.first_sent_at = refund.first_sent_at or moment
    refund.status = RefundStatus.UNKNOWN
    refund.save(update_fields=["sequence", "first_sent_at", "status"])
    return refund


def _as_it_is(refund: Refund) -> Refund:
    """The row, locked after its payment."""
    locked(refund.payment_id)
    return Refund.objects.select_for_update(no_key=True).get(pk=refund.pk)


def _try_again_later(refund: Refund, code: str) -> None:
    wait = back_off(refund.attempts, first=timedelta(seconds=10), longest=timedelta(minutes=30))
    _reschedule(refund, wait, code)


def _reschedule(refund: Refund, wait: timedelta, code: str) -> None:
    Refund.objects.filter(pk=refund.pk).update(due_at=clock.now() + wait, leased_until=None, last_error=code[:500])


@transaction.atomic
def _refused(refund: Refund, payment: Payment, code: str) -> None:
    """A definitive no to the request that was sent; the row may have been settled or asked for anew meanwhile."""
    now = _as_it_is(refund)
    if now.status not in REFUND_TO_SEND or now.sequence != refund.sequence:
        return
    payment = locked(payment.pk)
    refuse(now, payment, code, cause=Cause(SETTLEMENT, Source.SCHEDULE))
    now.refresh_from_db()
    notify.refund_failed(now, payment)
    derive(payment, cause=Cause(SETTLEMENT, Source.SCHEDULE))
