"""Writing a refund and reserving its amount; a worker sends it."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from payments.domain.balances import derive
from payments.domain.refunds.followups import (
    refund_blocker,
    refuse,
)
from payments.domain.transitions import locked
from payments.enums import (
    CAPTURED,
    RefundReason,
)
from payments.errors import RefundError
from payments.models import Payment, Refund
from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.common.money import formatted, smallest_step
from portal.common.task_queue import enqueue_on_commit


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
    if token is not None and (existing := Refund.objects.filter(token=token).first()):
        if existing.payment_id != payment.pk:
            raise RefundError(_("This form has already refunded another payment. Open the payment and check it."))
        if (existing.amount, existing.reason) != (amount, reason):
            raise RefundError(_("This form has already refunded a different amount. Open the payment and check it."))
        return existing
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
    if blocked := refund_blocker(payment):
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
