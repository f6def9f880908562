"""The receipt as PDF says every currency in signs that its font has."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from payments.receipts import Line, Receipt, as_pdf
from portal.common import clock


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
