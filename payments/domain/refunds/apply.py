"""Applying what Stripe says of a payment's refunds."""

from collections.abc import Iterable
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from payments.domain import notify
from payments.domain.balances import derive, sent_back
from payments.domain.discrepancies import record_mismatch
from payments.domain.receipts import settle_credit_notes
from payments.domain.refunds.followups import close_task, open_task, update_money_went_back
from payments.domain.transitions import locked
from payments.enums import (
    CAPTURED,
    FINANCE_REASONS,
    REFUND_ORDER,
    REFUND_STATUS_AT_STRIPE,
    Applied,
    DiscrepancyKind,
    RefundReason,
    RefundStatus,
)
from payments.gateway import gateway
from payments.gateway.base import RefundResult
from payments.metrics import REFUND_OUTCOMES
from payments.models import Payment, Refund
from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.common import clock
from portal.common.metrics import increment

_IN_FORCE: Final = frozenset(
    theirs for theirs, ours in REFUND_STATUS_AT_STRIPE.items() if ours in (RefundStatus.PENDING, RefundStatus.SUCCEEDED)
)


class _DoesNotFit(Exception):
    """More has gone back than was captured: another refund of the payment failed, and we have not heard of it."""


def apply_refund(result: RefundResult, cause: Cause) -> Applied:
    """Bring our row to what Stripe says; a refund made at Stripe gets a row.

    When it does not fit what we believed, all refunds of the payment are fetched and applied together: never call
    this inside a transaction. Raises a GatewayError subclass.
    """
    try:
        return _apply([result], cause, complete=False)
    except _DoesNotFit:
        return apply_refunds(gateway().list_refunds(result.intent_id), cause)


def apply_refunds(results: Iterable[RefundResult], cause: Cause) -> Applied:
    """Apply all refunds that Stripe has of one payment together; what cannot be is a discrepancy."""
    return _apply(results, cause, complete=True)


@transaction.atomic
def _apply(results: Iterable[RefundResult], cause: Cause, *, complete: bool) -> Applied:
    """What was freed comes first, then the oldest: a refund that failed makes room for the one after it."""
    ordered = sorted(results, key=lambda result: (result.status in _IN_FORCE, result.created_at, result.id))
    intent_ids = {result.intent_id for result in ordered}
    payment_id = Payment.objects.filter(intent_id__in=intent_ids).values_list("pk", flat=True).first()
    if payment_id is None:
        return Applied.UNMATCHED
    payment = locked(payment_id)
    applied = [_apply_one(result, payment, cause, complete=complete) for result in ordered]
    if payment.status in CAPTURED:
        derive(payment, cause=cause)
        update_money_went_back(payment, cause=cause)
        settle_credit_notes(payment)
    return Applied.DISCREPANCY if Applied.DISCREPANCY in applied else Applied.APPLIED


def _apply_one(result: RefundResult, payment: Payment, cause: Cause, *, complete: bool) -> Applied:
    """One of money that the ledger never received (a duplicate charge, say) has no balance to change."""
    known = result.status in REFUND_STATUS_AT_STRIPE and result.currency == payment.currency
    if payment.status not in CAPTURED or not known:
        return _unfounded(result, payment, cause)
    refund = _row_for(result, payment)
    if _is_older(result, refund):
        return Applied.APPLIED
    if result.status in _IN_FORCE and sent_back(payment, but=[refund.pk]) + result.amount > payment.captured_amount:
        if not complete:
            raise _DoesNotFit
        return _unfounded(result, payment, cause)
    if difference := abs(result.amount - refund.amount):  # Stripe's is what went back; finance sees what we asked for
        amounts = {"refund": refund.pk, "asked": refund.amount, "sent": result.amount}
        record_mismatch(DiscrepancyKind.REFUND_AMOUNT, result, payment, cause, at_stake=difference, **amounts)
    _take(result, refund, payment, cause)
    return Applied.APPLIED


def _take(result: RefundResult, refund: Refund, payment: Payment, cause: Cause) -> None:
    before, refund.status = refund.status, REFUND_STATUS_AT_STRIPE[result.status]
    refund.stripe_refund_id = result.id
    refund.amount = result.amount
    refund.failure_code = result.failure_code[:64]
    refund.balance_transaction_id = result.balance_transaction_id
    refund.leased_until = None
    if refund.status != RefundStatus.PENDING:
        refund.settled_at = refund.settled_at or clock.now()
    refund.save()
    if refund.status == before:
        return
    increment(REFUND_OUTCOMES, outcome=refund.status)
    record("refund.moved", refund, cause=cause, data={"from": before, "to": refund.status, "payment": payment.pk})
    _follow(refund, payment, cause)


def _is_older(result: RefundResult, refund: Refund) -> bool:
    """A refund goes pending, succeeded, failed or cancelled, and never back: an answer that was fetched earlier."""
    reported = REFUND_ORDER[REFUND_STATUS_AT_STRIPE[result.status]]
    return refund.stripe_refund_id == result.id and reported < REFUND_ORDER[RefundStatus(refund.status)]


def _follow(refund: Refund, payment: Payment, cause: Cause) -> None:
    """The caregiver hears of a refund that finance made; one that the bank sent back is finance's task."""
    if refund.status in (RefundStatus.PENDING, RefundStatus.SUCCEEDED):
        close_task(refund, _("Stripe accepted the refund."), cause=cause)
        if refund.reason in FINANCE_REASONS:
            notify.refund_sent(refund, payment)
    elif refund.status == RefundStatus.FAILED or _is_promise_cancelled(refund):
        open_task(refund, payment, refund.failure_code or refund.status, cause=cause)
        notify.refund_failed(refund, payment)


def _is_promise_cancelled(refund: Refund) -> bool:
    """Stripe cancelled what we had asked for; one that was made there promised nothing of ours."""
    return refund.status == RefundStatus.CANCELLED and refund.reason != RefundReason.MADE_AT_STRIPE


def _unfounded(result: RefundResult, payment: Payment, cause: Cause) -> Applied:
    states = {"payment_status": payment.status, "refund_status": result.status}
    return record_mismatch(DiscrepancyKind.REFUND_DIFFERS, result, payment, cause, at_stake=result.amount, **states)


def _row_for(result: RefundResult, payment: Payment) -> Refund:
    rows = Refund.objects.select_for_update(no_key=True).filter(payment=payment)
    ours = result.metadata.get("refund_id", "")
    refund = rows.filter(stripe_refund_id=result.id).first()
    if refund is None and ours.isdecimal():
        unsent = rows.filter(stripe_refund_id__isnull=True).exclude(status=RefundStatus.SUCCEEDED)
        refund = unsent.filter(pk=int(ours)).first()
    if refund is not None:
        return refund
    return Refund(
        payment=payment,
        amount=result.amount,
        believed_balance=payment.refundable_amount,
        reason=RefundReason.MADE_AT_STRIPE,
        created_at=result.created_at,
        status=RefundStatus.REQUESTED,
    )
