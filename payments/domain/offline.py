"""A balance that was paid otherwise: staff write it down, and take it back by a counter-entry, never by deleting."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from payments.domain import notify
from payments.domain.balances import derive
from payments.domain.pricing import balance_due
from payments.domain.receipts import issue_receipt, settle_credit_notes
from payments.domain.release import close_open_payments
from payments.domain.transitions import locked, transition
from payments.enums import Method, OfflineKind, PaymentStatus, Purpose, RefundReason, RefundStatus
from payments.models import OfflineReceipt, Payment, Refund
from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.bookings.domain.transitions import locked as locked_booking
from portal.bookings.enums import OWES_BALANCE
from portal.common import clock


class OfflineRefused(Exception):
    """It cannot be entered or taken back; `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def record_balance(booking_id: int, *, kind: OfflineKind, received_on: date, reference: str, cause: Cause) -> Payment:
    """Mark the whole balance as paid otherwise; a card form that is open for it is closed at Stripe first.

    Raises OfflineRefused: nothing due (sent twice, too), a card payment under way, or Stripe does not answer.
    """
    _close_card_form(booking_id, cause)
    with transaction.atomic():
        booking = locked_booking(booking_id)
        if booking.status not in OWES_BALANCE:
            raise OfflineRefused(_("Only confirmed bookings have a balance to pay."))
        due = balance_due(booking)
        if not due:
            raise OfflineRefused(_("The balance for this booking has already been paid."))
        if booking.payments.unpaid().filter(purpose=Purpose.BALANCE).exists():
            raise OfflineRefused(_("A card payment is in progress. Wait a minute, then check again."))
        payment = Payment.objects.create(
            booking=booking, purpose=Purpose.BALANCE, method=Method.OFFLINE, amount=due, currency=booking.currency
        )
        OfflineReceipt.objects.create(payment=payment, kind=kind, received_on=received_on, reference=reference)
        record("payment.entered", payment, cause=cause, data={"amount": due, "kind": kind.value})
        return _captured(payment, cause)


def _captured(payment: Payment, cause: Cause) -> Payment:
    payment.captured_amount = payment.amount
    payment.succeeded_at = clock.now()
    payment.paid_with = payment.offline_receipt.get_kind_display()
    payment.save(update_fields=["captured_amount", "succeeded_at", "paid_with", "updated_at"])
    payment = transition(payment.pk, to=PaymentStatus.SUCCEEDED, cause=cause, reason="paid_otherwise")
    notify.balance_received(payment)
    issue_receipt(payment)
    return payment


def _close_card_form(booking_id: int, cause: Cause) -> None:
    unpaid = Payment.objects.filter(booking=booking_id, booking__status__in=OWES_BALANCE).unpaid()
    if unpaid.exists() and not close_open_payments(booking_id, cause=cause):
        raise OfflineRefused(
            _("The card form for this booking is open, and Stripe isn’t responding. Try again in a minute.")
        )


@transaction.atomic
def reverse_offline_payment(payment_id: int, *, note: str, cause: Cause) -> Refund:
    """Undo an entry made by mistake with a counter-entry of the same amount; the balance is due again.

    Raises OfflineRefused: not entered by hand, or taken back already (sent twice, too).
    """
    payment = locked(payment_id)
    if payment.method != Method.OFFLINE:
        raise OfflineRefused(_("This was paid through Stripe. Refund it instead."))
    left = payment.refundable_amount
    if not left:
        raise OfflineRefused(_("This has already been reversed."))
    entry = Refund.objects.create(
        payment=payment,
        amount=left,
        believed_balance=left,
        reason=RefundReason.TAKEN_BACK,
        note=note,
        status=RefundStatus.SUCCEEDED,
        settled_at=clock.now(),
    )
    record("payment.taken_back", payment, cause=cause, data={"refund": entry.pk, "amount": left})
    derive(payment, cause=cause)
    settle_credit_notes(payment)
    return entry
