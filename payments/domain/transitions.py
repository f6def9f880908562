"""`transition()` is the one way to change a payment's state."""

from django.db import transaction

from payments.enums import ALLOWED, PaymentStatus
from payments.models import Payment, PaymentTransition
from portal.audit.actor import Cause
from portal.audit.domain import write_transition
from portal.bookings.domain.transitions import locked as locked_booking
from portal.bookings.errors import TransitionNotAllowed


def locked(payment_id: int) -> Payment:
    """The payment, locked after its session and booking (lock order: Session, Booking, Payment, Refund).

    Must run inside a transaction. Raises Payment.DoesNotExist.
    """
    booking_id = Payment.objects.values_list("booking_id", flat=True).get(pk=payment_id)
    booking = locked_booking(booking_id)
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment_id)
    payment.booking = booking
    return payment


@transaction.atomic
def transition(
    payment_id: int,
    *,
    to: PaymentStatus,
    cause: Cause,
    reason: str = "",
) -> Payment:
    """Change a payment's state: lock, check the declared graph, save, write the transition and the audit row.

    Raises TransitionNotAllowed.
    """
    payment = locked(payment_id)
    before = PaymentStatus(payment.status)
    if to not in ALLOWED[before]:
        raise TransitionNotAllowed(f"payment {payment.pk}: {before} to {to}")
    payment.status = to
    payment.save(update_fields=["status", "updated_at"])
    write_transition(PaymentTransition, payment, before=before, to=to, reason=reason, cause=cause)
    return payment
