"""A refund that did not go through is a task for finance: an open discrepancy, until the money is on its way."""

from typing import Final

from payments.domain.discrepancies import close, note
from payments.enums import DiscrepancyKind, DiscrepancyStatus, Method, RefundStatus
from payments.metrics import REFUND_OUTCOMES
from payments.models import Discrepancy, Payment, Refund
from portal.audit.actor import Actor, Source
from portal.audit.domain import record
from portal.common import clock
from portal.common.metrics import counted

DISPUTED: Final = "charge_disputed"  # Stripe's own code
PAID_OUTSIDE: Final = "paid_outside"


def task_id(refund: Refund) -> str:
    """How the task names its refund."""
    return f"refund-{refund.pk}"


def obstacle(payment: Payment) -> str:
    """Why Stripe cannot send this payment back now, as a code; empty when it can.

    A disputed charge is refundable as Stripe's `is_charge_refundable` says (an inquiry is, a chargeback is not).
    """
    if payment.method == Method.OFFLINE:
        return PAID_OUTSIDE
    return DISPUTED if payment.disputes.filter(is_charge_refundable=False).exists() else ""


def refuse(refund: Refund, payment: Payment, code: str, *, by: Actor, source: Source) -> None:
    """A definitive no (`payment` is locked): the reservation ends, and finance has a task."""
    Refund.objects.filter(pk=refund.pk).update(
        status=RefundStatus.FAILED, failure_code=code[:64], leased_until=None, settled_at=clock.now()
    )
    record("refund.refused", refund, by=by, source=source, data={"payment": payment.pk, "code": code[:64]})
    counted(REFUND_OUTCOMES, outcome="refused")
    open_task(refund, payment, code, by=by, source=source)


def open_task(refund: Refund, payment: Payment, code: str, *, by: Actor, source: Source) -> None:
    """Somebody has to see to it that the money goes back."""
    note(
        DiscrepancyKind.REFUND_BLOCKED,
        stripe_object_id=task_id(refund),
        by=by,
        source=source,
        payment=payment,
        amount=refund.amount,
        currency=payment.currency,
        details={"code": code[:64], "refund": refund.pk},
    )


def close_task(refund: Refund, reason: str, *, by: Actor, source: Source) -> None:
    """The money is on its way after all; nothing to do when there was no task."""
    opened = Discrepancy.objects.filter(
        kind=DiscrepancyKind.REFUND_BLOCKED, stripe_object_id=task_id(refund), status=DiscrepancyStatus.OPEN
    ).first()
    if opened is not None:
        close(opened, DiscrepancyStatus.HEALED, reason, by=by, source=source)
