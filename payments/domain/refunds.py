"""Money going back: the row under the lock, then Stripe, then what Stripe says.

A refund is written, and its amount reserved, before Stripe is called. An unanswered call leaves it unknown: the
next round looks for it at Stripe first, resends the same key only within 12 hours, and takes a new key only after
a definitive refusal, or a day later with nothing found.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from payments.domain import notify
from payments.domain.balances import derive, sent_back
from payments.domain.discrepancies import note_unless_ignored
from payments.domain.refund_tasks import (
    close_task,
    obstacle,
    open_task,
    refuse,
    update_money_went_back,
)
from payments.domain.transitions import locked
from payments.enums import (
    CAPTURED,
    FINANCE_REASONS,
    REFUND_ORDER,
    REFUND_STATUS_AT_STRIPE,
    REFUND_TO_SEND,
    Applied,
    DiscrepancyKind,
    RefundReason,
    RefundStatus,
)
from payments.errors import RefundError
from payments.gateway import gateway
from payments.gateway.base import GatewayError, GatewayMisconfigured, GatewayRefused, GatewayUnreachable, RefundResult
from payments.metrics import REFUND_OUTCOMES
from payments.models import Payment, Refund
from payments.models.refund import GIVE_UP_AFTER, RESEND_WITHIN
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.audit.domain import record
from portal.common import clock
from portal.common.leases import back_off, claim
from portal.common.metrics import increment
from portal.common.money import formatted, smallest_step
from portal.common.task_queue import enqueue_on_commit

logger = logging.getLogger("payments.refunds")
LEASE: Final = timedelta(minutes=3)
_IN_FORCE: Final = frozenset(
    theirs for theirs, ours in REFUND_STATUS_AT_STRIPE.items() if ours in (RefundStatus.PENDING, RefundStatus.SUCCEEDED)
)
SETTLEMENT: Final = Actor.system(SystemActor.SETTLEMENT)


@transaction.atomic
def request_refund(
    payment_id: int,
    *,
    amount: int,
    reason: RefundReason,
    cause: Cause,
    note: str = "",
    token: UUID | None = None,
) -> Refund:
    """Write the refund and reserve its amount (minor units); a worker sends it. Raises RefundError.

    `token` names the form it came from: sent twice, refunded once. What Stripe cannot send back (a disputed charge)
    becomes a task for finance at once.
    """
    payment = locked(payment_id)
    if token is not None and (asked := Refund.objects.filter(token=token).first()):
        if asked.payment_id != payment.pk:
            raise RefundError(_("This form has already refunded another payment. Open the payment and check it."))
        if (asked.amount, asked.reason) != (amount, reason):
            raise RefundError(_("This form has already refunded a different amount. Open the payment and check it."))
        return asked
    check_amount(payment, amount)
    refund = Refund.objects.create(
        payment=payment,
        amount=amount,
        believed_balance=payment.refundable_amount,
        reason=reason,
        note=note,
        token=token,
    )
    record("refund.requested", refund, cause=cause, data={"payment": payment.pk, "amount": amount})
    if blocked := obstacle(payment):
        refuse(refund, payment, blocked, cause=cause)
        refund.refresh_from_db()
    derive(payment, cause=cause)
    enqueue_on_commit("payments.tasks.send_refunds")
    return refund


def check_amount(payment: Payment, amount: int) -> None:
    """Whether `amount` minor units of `payment` can go back. Raises RefundError."""
    left = payment.refundable_amount
    if payment.status not in CAPTURED:
        raise RefundError(_("You can only refund a payment that’s been received."))
    if amount <= 0:
        raise RefundError(_("Enter an amount above zero."))
    if amount > left:
        raise RefundError(
            _("Enter an amount up to %(left)s.") % {"left": formatted(left, payment.currency)}
            if left
            else _("This payment has been refunded in full, or the rest is on its way.")
        )
    if amount % smallest_step(payment.currency):
        step = formatted(smallest_step(payment.currency), payment.currency)
        raise RefundError(_("Card networks only refund multiples of %(step)s.") % {"step": step})


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
    return next((found for found in listed if found.metadata.get("refund_id") == wanted), None)


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
    return Applied.DISCREPANCY if Applied.DISCREPANCY in applied else Applied.APPLIED


def _apply_one(result: RefundResult, payment: Payment, cause: Cause, *, complete: bool) -> Applied:
    """One of money that the ledger never received (a duplicate charge, say) has no balance to change."""
    known = result.status in REFUND_STATUS_AT_STRIPE and result.currency == payment.currency
    if payment.status not in CAPTURED or not known:
        return _note_unfounded(result, payment, cause)
    refund = _row_for(result, payment)
    if _is_older(result, refund):
        return Applied.APPLIED
    if result.status in _IN_FORCE and sent_back(payment, but=[refund.pk]) + result.amount > payment.captured_amount:
        if not complete:
            raise _DoesNotFit
        return _note_unfounded(result, payment, cause)
    if refund.amount != result.amount:
        _note_other_amount(result, refund, payment, cause)
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
    record(
        "refund.moved",
        refund,
        cause=cause,
        data={"from": before, "to": refund.status, "payment": payment.pk},
    )
    _follow(refund, payment, cause)


def _is_older(result: RefundResult, refund: Refund) -> bool:
    """A refund goes pending, succeeded, failed or cancelled, and never back: an answer that was fetched earlier."""
    told = REFUND_ORDER[REFUND_STATUS_AT_STRIPE[result.status]]
    return refund.stripe_refund_id == result.id and told < REFUND_ORDER[RefundStatus(refund.status)]


def _follow(refund: Refund, payment: Payment, cause: Cause) -> None:
    """The caregiver hears of a refund that finance made; one that the bank sent back is finance's task."""
    if refund.status in (RefundStatus.PENDING, RefundStatus.SUCCEEDED):
        close_task(refund, "Stripe took the refund.", cause=cause)
        if refund.reason in FINANCE_REASONS:
            notify.refund_sent(refund, payment)
    elif refund.status == RefundStatus.FAILED or _is_promise_cancelled(refund):
        open_task(refund, payment, refund.failure_code or refund.status, cause=cause)
        notify.refund_failed(refund, payment)


def _is_promise_cancelled(refund: Refund) -> bool:
    """Stripe cancelled what we had asked for; one that was made there promised nothing of ours."""
    return refund.status == RefundStatus.CANCELLED and refund.reason != RefundReason.MADE_AT_STRIPE


def _note_unfounded(result: RefundResult, payment: Payment, cause: Cause) -> Applied:
    note_unless_ignored(
        DiscrepancyKind.REFUND_DIFFERS,
        stripe_object_id=result.id,
        cause=cause,
        payment=payment,
        amount=result.amount,
        currency=result.currency,
        details={"payment_status": payment.status, "refund_status": result.status},
    )
    return Applied.DISCREPANCY


def _note_other_amount(result: RefundResult, refund: Refund, payment: Payment, cause: Cause) -> None:
    """Stripe's amount is what went back; that we asked for another one is for finance to see."""
    note_unless_ignored(
        DiscrepancyKind.REFUND_AMOUNT,
        stripe_object_id=result.id,
        cause=cause,
        payment=payment,
        amount=abs(result.amount - refund.amount),
        currency=payment.currency,
        details={"refund": refund.pk, "asked": refund.amount, "sent": result.amount},
    )


def _row_for(result: RefundResult, payment: Payment) -> Refund:
    rows = Refund.objects.select_for_update(no_key=True).filter(payment=payment)
    ours = result.metadata.get("refund_id", "")
    found = rows.filter(stripe_refund_id=result.id).first()
    if found is None and ours.isdecimal():
        unsent = rows.filter(stripe_refund_id__isnull=True).exclude(status=RefundStatus.SUCCEEDED)
        found = unsent.filter(pk=int(ours)).first()
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
