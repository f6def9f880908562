"""Receipts of the time before each payment had its own: what was paid for a booking, as data and as PDF.

They keep their number and their look; `payments.documents` has those that are issued now.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from fpdf import FPDF

from payments.domain.refunds.followups import charged_back
from payments.enums import Purpose, RefundStatus
from portal.bookings.models import Booking
from portal.common.money import formatted, major
from portal.organisation.profile import site_profile

FONT: Final = "Helvetica"
_REFUND_OF: Final = {
    Purpose.DEPOSIT: gettext_noop("Refund of the deposit"),
    Purpose.BALANCE: gettext_noop("Refund of the balance"),
}


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One line; `amount` in minor units."""

    description: str
    amount: int


@dataclass(frozen=True, slots=True)
class CombinedReceipt:
    """Everything on one. `total` is paid less `refunds`, what the bank returned among them, in minor units."""

    number: str
    issued: datetime
    organisation: dict[str, str]
    billed_to: str
    booking_reference: str
    lines: tuple[ReceiptLine, ...]
    refunds: tuple[ReceiptLine, ...]
    total: int
    currency: str
    pdf_url: str


def receipt_for(booking: Booking, pdf_url: str = "") -> CombinedReceipt | None:
    """The booking's; None when each payment has its own. What staff entered by mistake was not paid."""
    captured = booking.payments.captured().filter(receipt__isnull=True).order_by("succeeded_at")
    captured = captured.prefetch_related("refunds", "disputes")
    payments = [payment for payment in captured if not payment.was_taken_back]
    if not payments:
        return None
    session = booking.session
    what = f"{session.service.name}, {session.starts_local:%-d %B %Y}"
    lines = tuple(
        ReceiptLine(_("%(purpose)s: %(what)s") % {"purpose": p.get_purpose_display(), "what": what}, p.captured_amount)
        for p in payments
    )
    refunds = tuple(
        ReceiptLine(_(_REFUND_OF[Purpose(p.purpose)]), r.amount)
        for p in payments
        for r in p.refunds.all()
        if r.status == RefundStatus.SUCCEEDED
    )
    charged_back_lines = tuple(
        ReceiptLine(_("Returned by your bank"), d.withdrawn_amount) for p in payments for d in charged_back(p)
    )
    profile = site_profile()
    issued = payments[-1].succeeded_at or payments[-1].created_at
    return CombinedReceipt(
        number=f"R-{payments[0].pk:06d}",
        issued=issued.astimezone(ZoneInfo(session.service.time_zone)),
        organisation={"name": profile.name, **profile.details},
        billed_to=str(booking.caregiver),
        booking_reference=booking.reference,
        lines=lines,
        refunds=refunds + charged_back_lines,
        total=sum(line.amount for line in lines) - sum(line.amount for line in refunds + charged_back_lines),
        currency=booking.currency,
        pdf_url=pdf_url,
    )


def as_pdf(receipt: CombinedReceipt) -> bytes:
    """The receipt as one A4 page."""
    pdf = FPDF(format="A4")
    pdf.set_title(_("Receipt %(number)s") % {"number": receipt.number})
    pdf.set_lang("en-GB")
    pdf.add_page()
    pdf.set_font(FONT, "B", 20)
    pdf.cell(0, 12, _("Receipt"), new_x="LMARGIN", new_y="NEXT")
    _paragraph(pdf, [line for line in receipt.organisation.values() if line])
    _paragraph(
        pdf,
        [
            _("Number: %(number)s") % {"number": receipt.number},
            _("Issued: %(day)s") % {"day": f"{receipt.issued:%-d %B %Y}"},
            _("Paid by: %(name)s") % {"name": receipt.billed_to},
            _("Booking: %(reference)s") % {"reference": receipt.booking_reference},
        ],
    )
    with pdf.table(col_widths=(3, 1), text_align=("LEFT", "RIGHT")) as table:
        for left, right in _rows(receipt):
            line = table.row()
            line.cell(_latin(left))
            line.cell(_latin(right))
    return bytes(pdf.output())


def _rows(receipt: CombinedReceipt) -> list[tuple[str, str]]:
    def money(amount: int) -> str:
        return _printable(amount, receipt.currency)

    return [
        (_("Description"), _("Amount")),
        *((line.description, money(line.amount)) for line in receipt.lines),
        *((line.description, f"-{money(line.amount)}") for line in receipt.refunds),
        (_("Total paid"), money(receipt.total)),
    ]


def _printable(amount: int, currency: str) -> str:
    """As people read it; by the currency's code where the font lacks its sign: EUR 20.00."""
    text = formatted(amount, currency)
    return text if _latin(text) == text else f"{currency} {major(amount, currency):,f}"


def _paragraph(pdf: FPDF, lines: list[str]) -> None:
    pdf.set_font(FONT, "", 11)
    for text in lines:
        pdf.multi_cell(0, 6, _latin(text), new_x="LMARGIN", new_y="NEXT")
    pdf.ln(4)


def _latin(text: str) -> str:
    """PDF's built-in fonts know Latin-1 only; anything else shows as a question mark rather than failing."""
    return text.encode("latin-1", "replace").decode("latin-1")
