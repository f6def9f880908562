"""Receipts, credit notes and yearly statements, as the page and the PDF show them: reads only, from what was issued."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from payments.domain.receipts import issuer
from payments.domain.refunds.followups import charged_back
from payments.enums import RefundStatus
from payments.models import CreditNote, Payment, Receipt
from portal.bookings.models import Booking
from portal.common import when
from portal.common.clock import reporting_day
from portal.common.money import formatted

if TYPE_CHECKING:
    from portal.accounts.models import User


@dataclass(frozen=True, slots=True)
class Document:
    """One receipt or credit note as it is printed; `facts` are (name, value). Amounts are in minor units."""

    kind: str
    number: str
    organisation: dict[str, str]
    facts: tuple[tuple[str, str], ...]
    description: str
    amount: int
    total_label: str
    vat: str
    currency: str

    @property
    def title(self) -> str:
        """Receipt RC-000012."""
        return _("%(kind)s %(number)s") % {"kind": self.kind, "number": self.number}


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One payment, or one amount that went back (then negative), in minor units of `currency`."""

    day: date
    number: str
    description: str
    booking_reference: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What a caregiver paid in a calendar year, less what went back in it; `totals` are (currency, minor units)."""

    year: int
    organisation: dict[str, str]
    billed_to: str
    lines: tuple[StatementLine, ...]
    totals: tuple[tuple[str, int], ...]


def documents_of(booking: Booking) -> list[Document]:
    """The booking's receipts, each with the credit notes that belong to it."""
    receipts = Receipt.objects.filter(payment__booking=booking).select_related("payment")
    found = []
    for receipt in receipts.prefetch_related("credit_notes"):
        found.append(_receipt(receipt))
        found += [_credit_note(note, receipt) for note in receipt.credit_notes.all()]
    return found


def document_of(booking: Booking, number: str) -> Document | None:
    """The booking's document of that number: RC-000012."""
    return next((document for document in documents_of(booking) if document.number == number), None)


def years_of(user: "User") -> list[int]:
    """The years in which the caregiver paid something or got something back, the latest first."""
    return sorted({line.day.year for line in _lines(user)}, reverse=True)


def statement_of(user: "User", year: int) -> Statement | None:
    """The year's statement; None when nothing was paid or went back in it."""
    lines = sorted((line for line in _lines(user) if line.day.year == year), key=lambda line: line.day)
    if not lines:
        return None
    totals: dict[str, int] = defaultdict(int)
    for line in lines:
        totals[line.currency] += line.amount
    organisation = issuer()
    return Statement(year, organisation, user.get_full_name() or user.email, tuple(lines), tuple(totals.items()))


def _receipt(receipt: Receipt) -> Document:
    paid_with = receipt.payment.paid_with
    facts = (
        (_("Date paid"), when.plain_day(receipt.paid_on)),
        (_("Paid by"), receipt.billed_to),
        (_("Paid with"), paid_with),
        (_("Booking"), receipt.booking_reference),
    )
    return Document(
        kind=_("Receipt"),
        number=str(receipt),
        organisation=receipt.organisation,
        facts=tuple((name, value) for name, value in facts if value),
        description=receipt.description,
        amount=receipt.amount,
        total_label=_("Total paid"),
        vat=_vat(receipt, receipt.vat_amount),
        currency=receipt.currency,
    )


def _credit_note(note: CreditNote, receipt: Receipt) -> Document:
    facts = (
        (_("Date"), when.plain_day(note.issued_on)),
        (_("For receipt"), str(receipt)),
        (_("Paid by"), receipt.billed_to),
        (_("Booking"), receipt.booking_reference),
    )
    return Document(
        kind=_("Credit note"),
        number=str(note),
        organisation=receipt.organisation,
        facts=tuple((name, value) for name, value in facts if value),
        description=note.description,
        amount=note.amount,
        total_label=_("Total credited"),
        vat=_vat(receipt, note.vat_amount),
        currency=receipt.currency,
    )


def _vat(receipt: Receipt, amount: int | None) -> str:
    if receipt.vat_rate is None or amount is None:
        return ""
    rate = f"{Decimal(receipt.vat_rate).scaleb(-2).normalize():f}"
    return _("Includes %(amount)s VAT at %(rate)s%%") % {"amount": formatted(amount, receipt.currency), "rate": rate}


def _lines(user: "User") -> Iterator[StatementLine]:
    payments = Payment.objects.captured().filter(booking__caregiver__user=user)
    yield from _issued(payments.filter(receipt__isnull=False))
    yield from _from_before(payments.filter(receipt__isnull=True))


def _issued(payments: QuerySet[Payment]) -> Iterator[StatementLine]:
    receipts = Receipt.objects.filter(payment__in=payments).select_related("payment").prefetch_related("credit_notes")
    for receipt in receipts:
        reference, currency = receipt.booking_reference, receipt.currency
        yield StatementLine(receipt.paid_on, str(receipt), receipt.description, reference, receipt.amount, currency)
        for note in receipt.credit_notes.all():
            yield StatementLine(note.issued_on, str(note), note.description, reference, -note.amount, currency)


def _from_before(payments: QuerySet[Payment]) -> Iterator[StatementLine]:
    """What was paid before each payment had its own receipt, from the ledger, by the number of the combined one."""
    details = payments.select_related("booking").prefetch_related("refunds", "disputes").order_by("succeeded_at")
    first: dict[int, str] = {}
    for payment in (found for found in details if not found.was_taken_back):
        number = first.setdefault(payment.booking_id, f"R-{payment.pk:06d}")
        for day, what, amount in _of_ledger(payment):
            yield StatementLine(day, number, what, payment.booking.reference, amount, payment.currency)


def _of_ledger(payment: Payment) -> Iterator[tuple[date, str, int]]:
    yield (
        reporting_day(payment.succeeded_at or payment.created_at),
        payment.get_purpose_display(),
        payment.captured_amount,
    )
    for refund in payment.refunds.all():
        if refund.status == RefundStatus.SUCCEEDED:
            yield reporting_day(refund.settled_at or refund.created_at), _("Refund"), -refund.amount
    for dispute in charged_back(payment):
        day = reporting_day(dispute.closed_at or dispute.updated_at)
        yield day, _("Returned by your bank"), -dispute.withdrawn_amount
