"""A payment's refunded and reserved amounts, and the status they mean, from its refund rows."""

from collections.abc import Sequence
from typing import Final

from django.db import models
from django.db.models import Sum
from django.utils.translation import gettext as _

from payments.domain.refunds.followups import OWED_AGAIN, close_tasks, open_task, reduce_task, with_open_task
from payments.domain.transitions import transition
from payments.enums import REFUND_RESERVED, REFUND_TO_SEND, PaymentStatus, RefundStatus
from payments.models import Payment, Refund
from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.common import clock

CHARGED_BACK: Final = "charged_back"
ALREADY_REFUNDED: Final = "charge_already_refunded"  # Stripe's own code
AT_STRIPE: Final = frozenset({RefundStatus.PENDING, RefundStatus.SUCCEEDED})


def derive(payment: Payment, *, cause: Cause) -> None:
    """Bring `payment` (locked, and captured) to what its refunds say, both ways.

    What Stripe has sent back is a fact: refunds that we only mean to send shrink to what is left, or are dropped.
    """
    _make_room(payment, cause)
    rows = payment.refunds.all()
    payment.refunded_amount = _sum(rows.filter(status=RefundStatus.SUCCEEDED))
    payment.pending_refund_amount = _sum(rows.filter(status__in=REFUND_RESERVED))
    payment.save(update_fields=["refunded_amount", "pending_refund_amount", "updated_at"])
    to = _status_for(payment)
    if to != payment.status:
        transition(payment.pk, to=to, cause=cause, reason="refunds")
        payment.status = to
    if to == PaymentStatus.REFUNDED:
        close_tasks(payment, _("All of this payment has been refunded."), cause=cause)
    else:
        _fit_tasks(payment, cause)


def sent_back(payment: Payment, *, but: Sequence[int | None] = ()) -> int:
    """What Stripe sends or has sent back, in minor units, leaving out the refunds whose ids are in `but`."""
    return _sum(payment.refunds.filter(status__in=AT_STRIPE).exclude(pk__in=[pk for pk in but if pk]))


def give_way_to_bank(payment: Payment, returned: int, *, cause: Cause) -> None:
    """The bank has returned `returned` minor units of `payment` (locked), which nobody sends or gives back again.

    The oldest refund that waits is covered first, one that failed and is a task among them.
    """
    waiting = {refund.pk: (refund, refund.amount) for refund in payment.refunds.filter(status__in=REFUND_TO_SEND)}
    waiting |= {refund.pk: (refund, owed) for refund, owed in with_open_task(payment)}
    for _pk, (refund, owed) in sorted(waiting.items()):
        part = min(returned, owed)
        if part <= 0:
            return
        returned -= part
        refund.covered_amount += part
        refund.save(update_fields=["covered_amount"])
        reduce_task(refund, part, _("The bank has returned this money."), cause=cause)
        _shrink(refund, part, CHARGED_BACK, cause)


def owe_again(payment: Payment, amount: int, *, cause: Cause) -> None:
    """The bank has taken back `amount` minor units of `payment` (locked) that it had returned in place of refunds.

    What they promised is owed again: a new refund that waits for somebody takes the place of each, the latest first.
    """
    for refund in payment.refunds.filter(covered_amount__gt=0).order_by("-pk"):
        again = min(amount, refund.covered_amount)
        if again <= 0:
            return
        amount -= again
        refund.covered_amount -= again
        refund.save(update_fields=["covered_amount"])
        owed = Refund.objects.create(
            payment=payment,
            amount=again,
            believed_balance=payment.refundable_amount,
            reason=refund.reason,
            note=refund.note,
            status=RefundStatus.FAILED,
            failure_code=OWED_AGAIN,
            settled_at=clock.now(),
        )
        data = {"payment": payment.pk, "amount": again, "in_place_of": refund.pk}
        record("refund.owed_again", owed, cause=cause, data=data)
        open_task(owed, payment, OWED_AGAIN, cause=cause)


def covered(payment: Payment) -> int:
    """What lost disputes have returned in place of the payment's refunds, in minor units."""
    return int(payment.refunds.aggregate(total=Sum("covered_amount"))["total"] or 0)


def _make_room(payment: Payment, cause: Cause) -> None:
    """Newest first: the earlier wish is the one that is kept."""
    waiting = list(payment.refunds.filter(status__in=REFUND_TO_SEND).order_by("-pk"))
    excess = sent_back(payment) + sum(refund.amount for refund in waiting) - payment.captured_amount
    for refund in waiting:
        if excess <= 0:
            return
        cut = min(excess, refund.amount)
        reduce_task(refund, cut, _("Another refund has returned this money."), cause=cause)
        _shrink(refund, cut, ALREADY_REFUNDED, cause)
        excess -= cut


def _fit_tasks(payment: Payment, cause: Cause) -> None:
    """Nobody has to give back more than is left: what went through since was for the oldest task."""
    owed = [(refund, left) for refund, left in with_open_task(payment) if refund.status not in REFUND_RESERVED]
    excess = sum(left for _task, left in owed) - payment.refundable_amount
    for refund, left in owed:
        if excess <= 0:
            return
        cut = min(excess, left)
        reduce_task(refund, cut, _("Another refund has returned this money."), cause=cause)
        _shrink(refund, cut, ALREADY_REFUNDED, cause)
        excess -= cut


def _shrink(refund: Refund, cut: int, code: str, cause: Cause) -> None:
    """Its next request has a new key. One under way asks for more than is left, which Stripe refuses.

    One that is at Stripe, and that the bank sent back, stays as Stripe has it.
    """
    if refund.stripe_refund_id:
        return
    before = refund.amount
    refund.sequence += 1
    refund.leased_until = None
    if cut == before:
        refund.status, refund.failure_code, refund.settled_at = RefundStatus.CANCELLED, code, clock.now()
    else:
        refund.amount -= cut
    refund.save(update_fields=["sequence", "leased_until", "status", "failure_code", "settled_at", "amount"])
    record(
        "refund.reduced",
        refund,
        cause=cause,
        data={"payment": refund.payment_id, "from": before, "to": before - cut},
    )


def _sum(refunds: models.QuerySet[Refund]) -> int:
    return int(refunds.aggregate(total=Sum("amount"))["total"] or 0)


def _status_for(payment: Payment) -> PaymentStatus:
    if not payment.refunded_amount:
        return PaymentStatus.SUCCEEDED
    whole = payment.refunded_amount >= payment.captured_amount
    return PaymentStatus.REFUNDED if whole else PaymentStatus.PARTIALLY_REFUNDED
