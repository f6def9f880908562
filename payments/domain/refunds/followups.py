"""A refund that did not go through is a task for finance: an open discrepancy, until the money is on its way."""

from typing import Final

from django.db.models import QuerySet

from payments.domain.discrepancies import close, record_discrepancy, record_unless_ignored
from payments.enums import (
    DISPUTE_CLOSED,
    REFUND_TASKS,
    DiscrepancyKind,
    DiscrepancyStatus,
    DisputeStatus,
    Method,
    Purpose,
    RefundReason,
    RefundStatus,
)
from payments.metrics import REFUND_OUTCOMES
from payments.models import Discrepancy, Dispute, Payment, Refund
from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.bookings.enums import BookingStatus
from portal.common import clock
from portal.common.metrics import increment

DISPUTED: Final = "charge_disputed"  # Stripe's own code
PAID_OUTSIDE: Final = "paid_outside"
OWED_AGAIN: Final = "owed_again"  # a bank took back what it had returned in place of a refund


def task_id(refund: Refund) -> str:
    """How the task names its refund."""
    return f"refund-{refund.pk}"


def refund_blocker(payment: Payment) -> str:
    """Why Stripe cannot send this payment back now, as a code; empty when it can.

    A disputed charge is refundable as Stripe's `is_charge_refundable` says (an inquiry is, a chargeback is not).
    """
    if payment.method == Method.OFFLINE:
        return PAID_OUTSIDE
    return DISPUTED if any(not dispute.is_charge_refundable for dispute in payment.disputes.all()) else ""


def awaits_bank(payment: Payment) -> bool:
    """Whether the cardholder's bank has yet to decide a dispute that keeps Stripe from refunding the payment."""
    return any(
        not dispute.is_charge_refundable and dispute.status not in DISPUTE_CLOSED for dispute in payment.disputes.all()
    )


def returnable_offline(refund: Refund, payment: Payment) -> bool:
    """Whether staff may return a failed refund in another way than through Stripe.

    They have to where it was paid outside the portal, and where Stripe sends nothing after a closed dispute. They may
    where the bank sent a refund back. While a bank decides about the payment, nobody may.
    """
    if refund.status != RefundStatus.FAILED or awaits_bank(payment):
        return False
    return bool(refund_blocker(payment) or refund.stripe_refund_id)


def owed_offline(refund: Refund, payment: Payment) -> int:
    """What staff may return of `refund` by hand, in minor units: its open task, up to what is left of the payment.

    What was paid outside the portal needs no open task.
    """
    if not returnable_offline(refund, payment):
        return 0
    without_task = refund.amount if payment.method == Method.OFFLINE else 0
    owed = {row.pk: left for row, left in with_open_task(payment)}.get(refund.pk, without_task)
    returned = sum(dispute.withdrawn_amount for dispute in charged_back(payment))
    return max(0, min(owed, payment.refundable_amount - returned))


def charged_back(payment: Payment) -> list[Dispute]:
    """The disputes by which the bank took money for good. While one is open, nobody knows who keeps it."""
    lost = [dispute for dispute in payment.disputes.all() if dispute.status == DisputeStatus.LOST]
    return [dispute for dispute in lost if dispute.withdrawn_amount > 0]


def refuse(refund: Refund, payment: Payment, code: str, *, cause: Cause) -> None:
    """A definitive no (`payment` is locked): the reservation ends, and finance has a task."""
    Refund.objects.filter(pk=refund.pk).update(
        status=RefundStatus.FAILED, failure_code=code[:64], leased_until=None, settled_at=clock.now()
    )
    record("refund.refused", refund, cause=cause, data={"payment": payment.pk, "code": code[:64]})
    increment(REFUND_OUTCOMES, outcome="refused")
    open_task(refund, payment, code, cause=cause)


def open_task(refund: Refund, payment: Payment, code: str, *, cause: Cause) -> None:
    """Somebody has to see to it that the money goes back: as much as the refund is about now."""
    by_hand = payment.method == Method.OFFLINE
    record_discrepancy(
        DiscrepancyKind.REFUND_BY_HAND if by_hand else DiscrepancyKind.REFUND_BLOCKED,
        stripe_object_id=task_id(refund),
        cause=cause,
        payment=payment,
        amount=refund.amount,
        currency=payment.currency,
        details={"code": code[:64], "refund": refund.pk},
    )


def close_task(refund: Refund, reason: str, *, cause: Cause) -> None:
    """The money is on its way after all; nothing to do when there was no task."""
    for opened in _open_tasks().filter(stripe_object_id=task_id(refund)):
        close(opened, DiscrepancyStatus.HEALED, reason, cause=cause)


def with_open_task(payment: Payment) -> list[tuple[Refund, int]]:
    """The payment's refunds that somebody still has to see to, the oldest first, and how much of each (minor units)."""
    owed = dict(_open_tasks().filter(payment=payment).values_list("stripe_object_id", "amount"))
    refunds = payment.refunds.order_by("pk")
    return [(refund, owed[task_id(refund)]) for refund in refunds if task_id(refund) in owed]


def last_task(refund: Refund) -> Discrepancy | None:
    """What became of the refund that did not go through: its task, or the last of several. Reads the payment's."""
    tasks = [task for task in refund.payment.discrepancies.all() if task.refund_id == str(refund.pk)]
    return max(tasks, key=lambda task: task.pk, default=None)


def owed_after_dispute(payment: Payment) -> list[tuple[Refund, int]]:
    """Refunds that a dispute stopped and somebody still sees to, each with what is owed in minor units.

    Empty while a bank decides about the payment.
    """
    if awaits_bank(payment):
        return []
    return [(refund, owed) for refund, owed in with_open_task(payment) if refund.failure_code in (DISPUTED, OWED_AGAIN)]


def reduce_task(refund: Refund, covered: int, reason: str, *, cause: Cause) -> None:
    """`covered` minor units went back in another way: its task, if it has one, is about the rest, or over."""
    for opened in _open_tasks().filter(stripe_object_id=task_id(refund)):
        if covered >= opened.amount:
            close(opened, DiscrepancyStatus.HEALED, reason, cause=cause)
        else:
            Discrepancy.objects.filter(pk=opened.pk).update(amount=opened.amount - covered)


def close_tasks(payment: Payment, reason: str, *, cause: Cause) -> None:
    """Nothing is left to refund of the payment: its tasks are over, early fraud warnings among them."""
    over = REFUND_TASKS | {DiscrepancyKind.FRAUD_WARNING}
    for opened in payment.discrepancies.filter(kind__in=over, status=DiscrepancyStatus.OPEN):
        close(opened, DiscrepancyStatus.HEALED, reason, cause=cause)


def update_money_went_back(payment: Payment, *, cause: Cause) -> None:
    """A booking that stands while nothing is left of its deposit: finance asks for the money, or cancels it.

    The task ends when the money is here again. `payment` is locked. Money that a dispute holds has gone back once the
    dispute is lost.
    """
    if not is_place_without_money(payment):
        _close_money_went_back(payment, cause=cause)
        return
    record_unless_ignored(
        DiscrepancyKind.MONEY_WENT_BACK,
        stripe_object_id=str(payment.intent_id),
        cause=cause,
        payment=payment,
        amount=payment.captured_amount,
        currency=payment.currency,
        details={"booking": payment.booking.reference},
    )


def _close_money_went_back(payment: Payment, *, cause: Cause) -> None:
    noted = payment.discrepancies.filter(kind=DiscrepancyKind.MONEY_WENT_BACK, status=DiscrepancyStatus.OPEN)
    for opened in noted:
        close(opened, DiscrepancyStatus.HEALED, "the money is here again", cause=cause)


def is_place_without_money(payment: Payment) -> bool:
    """Whether the booking is confirmed and all of its deposit went back, not only by staff in the portal."""
    if payment.purpose != Purpose.DEPOSIT or payment.booking.status != BookingStatus.CONFIRMED:
        return False
    lost = sum(dispute.withdrawn_amount for dispute in charged_back(payment))
    made_there = payment.refunds.filter(reason=RefundReason.MADE_AT_STRIPE, status=RefundStatus.SUCCEEDED)
    gone = payment.refunded_amount + lost
    return 0 < payment.captured_amount <= gone and (lost > 0 or made_there.exists())


def _open_tasks() -> QuerySet[Discrepancy]:
    return Discrepancy.objects.filter(kind__in=REFUND_TASKS, status=DiscrepancyStatus.OPEN)
