"""Finance answers a dispute in a browser, in both themes and on a phone, and the bank gives the money back."""

import re
import time

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Stack, book, expect_paid, fill_card, follow, press_pay, sign_in
from tests.e2e.test_paying import VISA, axe_violations

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]


@pytest.fixture
def disputed(page: Page, stack: Stack) -> str:
    """The reference of a booking whose deposit is disputed."""
    sign_in(page)
    reference = book(page)
    fill_card(page, VISA)
    press_pay(page)
    expect_paid(page)
    (intent,) = stack.intent_for(reference)
    opened = httpx.post(f"{stack.sandbox}/_control/disputes", json={"payment_intent": intent["id"]})
    opened.raise_for_status()
    page.context.clear_cookies()
    return reference


def opened_payment(page: Page, reference: str) -> str:
    """The address of the payment's page, once the portal knows of the dispute."""
    end = time.monotonic() + 30
    while True:
        page.goto(f"/admin/payments/dispute/?q={reference}")
        link = page.get_by_role("link", name="Payment", exact=True)
        if link.count() or time.monotonic() > end:
            break
        page.wait_for_timeout(500)
    return str(link.first.get_attribute("href"))


def shown(page: Page, address: str, words: str) -> None:
    """Waits for the worker: the page is asked again until it says `words`."""
    end = time.monotonic() + 40
    while True:
        page.goto(address)
        if page.get_by_text(words).count() or time.monotonic() > end:
            break
        page.wait_for_timeout(500)
    expect(page.get_by_text(words).first).to_be_visible()


def field(page: Page, name: str) -> Locator:
    """One of Stripe's fields: a group that its legend names."""
    return page.get_by_role("group", name=name, exact=True)


def looks_right(page: Page) -> None:
    """No violation of axe's, nothing wider than the window; light and dark, phone and desk."""
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for width in (375, 1280):
            page.set_viewport_size({"width": width, "height": 1000})
            assert axe_violations(page) == [], (page.url, theme, width)
            assert page.evaluate("document.documentElement.scrollWidth") == width, (page.url, theme)


def test_a_dispute_is_answered_once_and_won(page: Page, disputed: str) -> None:
    sign_in(page, "finance@example.com")
    payment = opened_payment(page, disputed)
    page.goto(payment)
    looks_right(page)
    follow(page.get_by_role("link", name="Respond to dispute"))
    assert page.get_by_role("checkbox", checked=True).count() == 0
    looks_right(page)
    field(page, "Anything else").get_by_label("Send to the bank").check()
    page.get_by_role("button", name="Save and review").click()
    expect(page.get_by_role("alert")).to_contain_text("“Anything else” is ticked but empty")
    looks_right(page)
    field(page, "Anything else").get_by_label("Text").fill("winning_evidence")
    field(page, "Receipt").get_by_label("Send to the bank").check()
    page.get_by_role("button", name="Save and review").click()
    expect(page.get_by_text("winning_evidence")).to_be_visible()
    looks_right(page)
    page.get_by_role("button", name="Yes, submit to the bank").click()
    page.wait_for_url(re.compile("/inspect/"))
    shown(page, payment, "Submitted to the bank")
    shown(page, payment, "Dispute: won")
    expect(page.get_by_text("Dispute response submitted to the bank")).to_be_visible()
    assert page.get_by_text("taken by Stripe").count() == 0
    page.get_by_role("link", name="View response").click()
    expect(page.get_by_text("winning_evidence")).to_be_visible()
    looks_right(page)
