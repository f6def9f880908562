"""After paying: receipt, statement, calendar and past bookings, on a phone and on a desk, light and dark."""

import re
from io import BytesIO

import httpx
import pytest
from icalendar import Calendar
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.e2e.conftest import Stack, book, expect_paid, fill_card, follow, press_pay, sign_in
from tests.e2e.test_account_pages import flaws
from tests.e2e.test_paying import VISA
from tests.e2e.test_privacy import until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]


def paid(page: Page) -> str:
    """A booking's deposit, paid with Visa; returns the reference."""
    reference = book(page)
    fill_card(page, VISA)
    press_pay(page)
    expect_paid(page)
    return reference


def test_what_a_caregiver_has_afterwards(page: Page, stack: Stack) -> None:
    sign_in(page)
    reference = paid(page)

    def receipt() -> str:
        page.goto(f"/bookings/{reference}/receipt/")
        return page.inner_text("main")

    shown = until(lambda: "Visa …4242" in receipt() and page.inner_text("main"))
    number = re.search(r"Receipt (RC-\d{6})", str(shown))
    assert number is not None
    pdf = page.request.get(f"/bookings/{reference}/receipt/{number[1]}.pdf")
    text = PdfReader(BytesIO(pdf.body())).pages[0].extract_text()
    assert (number[1] in text, "Visa …4242" in text, "999" in text) == (True, True, False)
    found = flaws(page, "receipt")

    for name, address in {
        "booking": f"/bookings/{reference}/",
        "bookings": "/dashboard/",
        "statements": "/statements/",
        "calendar": "/calendar/",
    }.items():
        page.goto(address)
        found += flaws(page, name)
    page.goto("/statements/")
    page.get_by_role("link", name="Statement for").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Statement for")
    found += flaws(page, "statement")
    assert found == []


def test_a_calendar_is_subscribed_to_and_ended(page: Page) -> None:
    sign_in(page)
    reference = paid(page)
    page.goto("/calendar/")
    follow(page.get_by_role("button", name=re.compile("Make a (new )?link")))
    address = page.locator("main code").inner_text()
    assert flaws(page, "calendar-link") == []
    summaries = {str(event["SUMMARY"]) for event in Calendar.from_ical(httpx.get(address).content).walk("VEVENT")}
    assert summaries == {"Care booking"}
    assert reference in httpx.get(address).text.replace("\r\n ", "")
    page.get_by_role("button", name="Stop sharing").click()
    page.get_by_text("no longer works").wait_for()
    assert httpx.get(address).status_code == 404
