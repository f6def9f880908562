"""Trying a refund again that did not go through."""

import uuid
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from payments.domain import notify
from payments.domain.balances import derive
from payments.domain.receipts import settle_credit_notes
from payments.domain.refunds.followups import (
    close_task,
    last_task,
    owed_offline,
    returnable_offline,
    update_money_went_back,
)
from payments.domain.refunds.request import request_refund
from payments.domain.transitions import locked
from payments.enums import DiscrepancyStatus, Method, RefundReason, RefundStatus
from payments.errors import RefundError
from payments.models import Payment, Refund
from payments.refund_sentences import why_blocked
from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.common import clock
from portal.common.task_queue import enqueue_on_commit

RETRIES: Final = uuid.UUID("6b0f3a52-3c5e-4c86-9a0f-6b1d0f5f7a11")


@transaction.atomic
def retry_refund(refund_id: int, *, cause: Cause) -> Refund:
    """Have a failed refund sent again, once however often it is asked for; returns the row that is sent.

    A refused one goes again with a new key. One that the bank sent back is a closed matter at Stripe: a new refund
    takes its place, once. Raises RefundError, Refund.DoesNotExist.
    """
    payment = locked(Refund.objects.values_list("payment_id", flat=True).get(pk=refund_id))
    refund = Refund.objects.select_for_update(no_key=True).get(pk=refund_id)
    if refund.status != RefundStatus.FAILED:
        raise RefundError(_("This refund is already on its way or was cancelled, so there’s nothing to retry."))
    if payment.refunds.filter(token=token_of_replacement(refund)).exists():
        raise RefundError(_("This refund has already been retried. See the newer refund."))
    if payment.method == Method.OFFLINE:
        raise RefundError(_("This was paid outside the portal. Refund it the same way, then record it here."))
    if blocked := why_blocked(payment):
        raise RefundError(blocked)
    if refund.stripe_refund_id:
        return _replaced(refund, cause)
    if refund.amount > payment.refundable_amount:
        raise RefundError(_("There’s less than this left to refund. Start a new refund from the payment instead."))
    refund.sequence += 1
    refund.first_sent_at = refund.settled_at = refund.leased_until = None
    refund.due_at = clock.now()
    refund.status, refund.attempts, refund.failure_code, refund.last_error = RefundStatus.REQUESTED, 0, "", ""
    refund.save()
    record("refund.retried", refund, cause=cause, data={"payment": payment.pk, "sequence": refund.sequence})
    derive(payment, cause=cause)
    enqueue_on_commit("payments.tasks.send_refunds")
    return refund


def token_of_replacement(refund: Refund) -> uuid.UUID:
    """What the refund that takes the place of `refund` is known by, whether there is one or not."""
    return uuid.uuid5(RETRIES, str(refund.pk))


def _replaced(refund: Refund, cause: Cause) -> Refund:
    """As much as is still owed: a part of it may have gone back in another way meanwhile."""
    task = last_task(refund)
    if task is not None and task.status == DiscrepancyStatus.HEALED:
        raise RefundError(_("This has been refunded another way, so there’s nothing to retry."))
    again = request_refund(
        refund.payment_id,
        amount=task.amount if task is not None else refund.amount,
        reason=RefundReason(refund.reason),
        cause=cause,
        note=refund.note,
        token=token_of_replacement(refund),
    )
    close_task(refund, _("Sent again as refund %(number)s.") % {"number": again.pk}, cause=cause)
    return again


@transaction.atomic
def mark_refunded_offline(refund_id: int, *, amount: int, cause: Cause) -> Refund:
    """Note that staff returned `amount` minor units outside Stripe, and tell the caregiver; once however often it is
    asked for.

    `amount` is what the page showed as owed. A refund that Stripe has keeps what Stripe says of it: a new row takes
    its place. Raises RefundError, Refund.DoesNotExist.
    """
    payment = locked(Refund.objects.values_list("payment_id", flat=True).get(pk=refund_id))
    refund = Refund.objects.select_for_update(no_key=True).get(pk=refund_id)
    done = payment.refunds.filter(token=token_of_replacement(refund)).first() or refund
    if done.was_returned_by_hand:
        return done
    if done != refund:
        raise RefundError(_("This refund has already been retried. See the newer refund."))
    if refund.status != RefundStatus.FAILED:
        raise RefundError(
            _("This refund is already on its way or was cancelled, so there’s nothing to refund manually.")
        )
    if not returnable_offline(refund, payment):
        raise RefundError(why_blocked(payment) or _("Stripe can still make this refund. Retry it instead."))
    owed = owed_offline(refund, payment)
    if not owed:
        raise RefundError(_("There’s nothing left to return for this refund."))
    if amount != owed:
        raise RefundError(_("The amount due has changed since you opened this page. Check it and try again."))
    returned = _as_returned(refund, payment, amount)
    record("refund.returned_by_hand", returned, cause=cause, data={"payment": payment.pk, "amount": amount})
    close_task(refund, _("Returned outside Stripe."), cause=cause)
    derive(payment, cause=cause)
    update_money_went_back(payment, cause=cause)
    notify.refund_returned(returned, payment)
    settle_credit_notes(payment)
    return returned


def _as_returned(refund: Refund, payment: Payment, amount: int) -> Refund:
    if refund.stripe_refund_id:
        refund = Refund(
            payment=payment,
            believed_balance=payment.refundable_amount,
            reason=refund.reason,
            note=refund.note,
            token=token_of_replacement(refund),
        )
    refund.amount, refund.status = amount, RefundStatus.SUCCEEDED
    refund.settled_at, refund.failure_code = clock.now(), ""
    refund.save()
    return refund
