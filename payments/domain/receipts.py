"""Receipts with a payment, credit notes with what goes back: in the transaction of the cause, as its last write.

Whoever holds the counter's row makes every other payment wait: nothing is locked after it.
"""

import logging
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from payments.domain.refunds.followups import charged_back
from payments.domain.transitions import locked
from payments.enums import CAPTURED, Method, Purpose, RefundReason, RefundStatus
from payments.models import CreditNote, Dispute, DocumentCounter, Payment, Receipt, Refund
from payments.models.receipt import WHOLE_RATE
from portal.common import clock, when
from portal.organisation.profile import site_profile

logger = logging.getLogger("payments.receipts")
PRINTED: Final = ("address", "registration", "email", "phone")


def issue_receipt(payment: Payment) -> Receipt:
    """The receipt of `payment` (locked, just captured). It has one already when a release before gave none."""
    booking = payment.booking
    service = booking.session.service
    rate = service.vat_rate
    values = {
        "issued_on": _day_of(payment, clock.now()),
        "paid_on": _paid_on(payment),
        "organisation": issuer(),
        "billed_to": str(booking.caregiver),
        "booking_reference": booking.reference,
        "description": _description(payment),
        "amount": payment.captured_amount,
        "currency": payment.currency,
        "vat_rate": rate,
        "vat_amount": None if rate is None else vat_included(payment.captured_amount, rate),
    }
    return Receipt.objects.create(payment=payment, number=DocumentCounter.next(), **values)


def issuer() -> dict[str, str]:
    """Who issues papers now, as they are printed: a receipt keeps what was true that day."""
    profile = site_profile()
    return {"name": profile.name} | {name: profile.details[name] for name in PRINTED}


def settle_credit_notes(payment: Payment) -> None:
    """Write the credit notes that `payment` (locked) still lacks for what its refunds and lost disputes returned.

    One whose refund the bank sent back, or whose dispute was won after all, is taken back by a negative one. Nothing
    for a payment from before receipts had numbers of their own.
    """
    receipt = Receipt.objects.filter(payment=payment).first()
    if receipt is None:
        return
    receipt.payment = payment
    notes = list(receipt.credit_notes.all())
    for refund in payment.refunds.order_by("pk"):
        noted = sum(note.amount for note in notes if note.refund_id == refund.pk)
        due = refund.amount if refund.status == RefundStatus.SUCCEEDED else 0
        _credit(receipt, due - noted, refund=refund, dispute=None)
    lost = {dispute.pk for dispute in charged_back(payment)}
    for dispute in payment.disputes.order_by("pk"):
        noted = sum(note.amount for note in notes if note.dispute_id == dispute.pk)
        due = dispute.withdrawn_amount if dispute.pk in lost else 0
        _credit(receipt, due - noted, refund=None, dispute=dispute)


def issue_missing_receipts() -> int:
    """Receipts for what a release without them captured while another was put in place; returns how many."""
    started = DocumentCounter.objects.values_list("started_at", flat=True).first()
    if started is None:
        return 0
    late = Payment.objects.filter(status__in=CAPTURED, succeeded_at__gte=started, receipt__isnull=True)
    keys = list(late.order_by("succeeded_at").values_list("pk", flat=True)[:1000])
    issued = sum(_issued_late(key) for key in keys)
    if issued:
        logger.warning("receipts were missing", extra={"count": issued})
    return issued


def _issued_late(payment_id: int) -> bool:
    try:
        with transaction.atomic():
            payment = locked(payment_id)
            if Receipt.objects.filter(payment=payment).exists():
                return False
            issue_receipt(payment)
            settle_credit_notes(payment)
    except Exception:  # one bad row must not keep the others
        logger.exception("a receipt could not be issued", extra={"payment": payment_id})
        return False
    return True


def vat_included(amount: int, rate: int) -> int:
    """How much of `amount` minor units is VAT at `rate` hundredths of a percent, half up."""
    included = Decimal(amount * rate) / (WHOLE_RATE + rate)
    return int(included.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _credit(receipt: Receipt, amount: int, *, refund: Refund | None, dispute: Dispute | None) -> None:
    if not amount:
        return
    CreditNote.objects.create(
        number=DocumentCounter.next(),
        receipt=receipt,
        refund=refund,
        dispute=dispute,
        issued_on=_day_of(receipt.payment, clock.now()),
        description=_credited(receipt.payment, amount, refund),
        amount=amount,
        vat_amount=_vat_of_credit(receipt, amount),
    )


def _vat_of_credit(receipt: Receipt, amount: int) -> int | None:
    """What brings the VAT of all its credit notes to that of all they credit: rounded one by one, they drift apart."""
    if receipt.vat_rate is None:
        return None
    so_far = receipt.credit_notes.aggregate(amount=Sum("amount", default=0), vat=Sum("vat_amount", default=0))
    return vat_included(so_far["amount"] + amount, receipt.vat_rate) - int(so_far["vat"])


def _credited(payment: Payment, amount: int, refund: Refund | None) -> str:
    if refund is None:
        return _("Returned by your bank") if amount > 0 else _("Paid to us again by your bank")
    if refund.reason == RefundReason.TAKEN_BACK:
        return _("Entered by mistake: no payment was made")
    if amount < 0:
        return _("Refund returned to us by your bank")
    return _("Refund of the balance") if payment.purpose == Purpose.BALANCE else _("Refund of the deposit")


def _description(payment: Payment) -> str:
    session = payment.booking.session
    return _("%(purpose)s: %(service)s, %(day)s") % {
        "purpose": payment.get_purpose_display(),
        "service": session.service.name,
        "day": when.plain_day(session.starts_local),
    }


def _paid_on(payment: Payment) -> date:
    if payment.method == Method.OFFLINE:
        return payment.offline_receipt.received_on
    return _day_of(payment, payment.succeeded_at or clock.now())


def _day_of(payment: Payment, moment: datetime) -> date:
    return payment.booking.session.local(moment).date()
