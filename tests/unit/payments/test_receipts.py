"""The receipt counts what was returned by any way; its PDF says every currency in signs that its font has."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from payments.models import Dispute
from payments.receipts import Line, Receipt, as_pdf, receipt_for
from portal.bookings.models import Booking
from portal.common import clock
from tests.fakes import FakeGateway
from tests.ledger import pay


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "returned", "total"),
    [("needs_response", (), 1125), ("won", (), 1125), ("lost", (Line("Returned by your bank", 1125),), 0)],
)
def test_what_a_lost_dispute_took_is_not_paid(
    booking: Booking, stripe: FakeGateway, status: str, returned: tuple[Line, ...], total: int
) -> None:
    withdrawn = 0 if status == "won" else 1125
    Dispute.objects.create(
        payment=pay(booking, stripe), stripe_dispute_id="du_1", amount=1125, status=status, withdrawn_amount=withdrawn
    )
    receipt = receipt_for(booking)
    assert receipt is not None
    assert (receipt.refunds, receipt.total) == (returned, total)


@pytest.mark.parametrize(
    ("currency", "deposit", "refund", "total"),
    [
        ("GBP", "£1,200.00", "-£20.00", "£1,180.00"),
        ("EUR", "EUR 1,200.00", "-EUR 20.00", "EUR 1,180.00"),
        ("JPY", "JP¥120,000", "-JP¥2,000", "JP¥118,000"),
        ("KRW", "KRW 120,000", "-KRW 2,000", "KRW 118,000"),
    ],
)
def test_amounts_are_readable_in_every_currency(currency: str, deposit: str, refund: str, total: str) -> None:
    receipt = Receipt(
        number="R-000001", issued=clock.now(), organisation={"name": "Hearth & Hand"}, billed_to="Amara Okafor",
        booking_reference="7K3M-9QX2", lines=(Line("Deposit: Respite care", 120000),),
        refunds=(Line("Refund of the deposit", 2000),), total=118000, currency=currency, pdf_url="",
    )  # fmt: skip
    text = PdfReader(BytesIO(as_pdf(receipt))).pages[0].extract_text()
    assert [line for line in text.splitlines() if line.startswith(("Deposit", "Refund", "Total"))] == [
        f"Deposit: Respite care {deposit}",
        f"Refund of the deposit {refund}",
        f"Total paid {total}",
    ]
