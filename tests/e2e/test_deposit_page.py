"""The payment page on a phone and on a desk, the hold that it keeps, and the link that opens it without an account."""

import os
import re
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Stack, book, expect_paid, fill_card, press_pay, sign_in
from tests.e2e.test_paying import DECLINED, VISA, axe_violations

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
PROCESSING = "4000000000007775"
FRAME = "iframe[title='Secure payment input frame']"
COMES_BACK = "() => document.dispatchEvent(new Event('visibilitychange'))"  # as when a phone wakes up


def in_database(statement: str, *values: Any) -> Any:
    """What the running portal's database answers; the first column of the first row."""
    address = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/e2e_{os.getpid()}"
    with psycopg.connect(address, autocommit=True) as connection:
        row = connection.execute(statement, values).fetchone()
    return row[0] if row else None


def end_hold(reference: str) -> None:
    """The time to pay is over now; the portal releases the place as it does every minute."""
    in_database(
        "UPDATE bookings_booking SET hold_expires_at = now() - interval '1 second' WHERE reference = %s RETURNING id",
        reference,
    )


@pytest.fixture
def other_device(browser: Browser, stack: Stack, problems: list[str]) -> Iterator[Page]:
    """A browser in which nobody has signed in."""
    context = browser.new_context(base_url=stack.portal, viewport=PHONE)  # type: ignore[arg-type]
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    opened.on("console", lambda m: problems.append(m.text) if "Content Security Policy" in m.text else None)
    yield opened
    assert context.cookies() == [] or all("session" not in cookie["name"] for cookie in context.cookies())
    context.close()


def top(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["y"]


def ready(page: Page) -> None:
    page.frame_locator(FRAME).get_by_label("Card number").wait_for()


def test_the_card_form_begins_on_a_phones_first_screen_below_what_matters(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    sign_in(page)
    book(page)
    ready(page)
    form = top(page, "#payment-form")
    assert form < 844
    for line in ("Price", "Deposit to pay now", "Balance, due by"):
        assert top(page, f".checkout > .panel dt:has-text('{line}')") < form
    terms = page.locator(".checkout > .panel > p")  # one sentence, of this booking's own terms
    expect(terms).to_have_text(re.compile(r"^(Free to cancel until|Cancel by|If you cancel).*[^.]\.$"))
    assert top(page, ".checkout > .panel > p") < form
    assert not page.get_by_text("Amount due").is_visible()  # with the details of the service, one tap away
    page.locator(".checkout summary").click()
    expect(page.get_by_text("Amount due")).to_be_visible()
    button = page.get_by_role("button", name=re.compile("^Pay"))
    button.scroll_into_view_if_needed()
    button.click(trial=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_a_desk_the_details_stand_open_beside_the_card_form(page: Page) -> None:
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    sign_in(page)
    book(page)
    expect(page.get_by_text("Amount due")).to_be_visible()
    assert abs(top(page, ".checkout > .panel") - top(page, ".checkout > .payment")) < 2


def test_the_card_form_is_in_the_sites_font_and_follows_the_colour_scheme(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    sign_in(page)
    book(page)
    number = page.frame_locator(FRAME).get_by_label("Card number")
    style = "(input) => { const s = getComputedStyle(input); return [s.fontFamily, s.color, s.backgroundColor]; }"
    for scheme, ink, surface in (
        ("light", "rgb(43, 30, 40)", "rgb(255, 255, 255)"),
        ("dark", "rgb(244, 234, 228)", "rgb(39, 28, 39)"),
    ):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        expect(number).to_have_css("color", ink)
        family, _, background = number.evaluate(style)
        assert (family.startswith('"Source Sans 3"'), background) == (True, surface)
    loaded = "() => document.fonts.ready.then(() => [...document.fonts].map((font) => font.status))"
    frame = next(one for one in page.frames if "/v3/payment" in one.url)
    assert frame.evaluate(loaded) == ["loaded"] * len(frame.evaluate(loaded))
    assert len(frame.evaluate(loaded)) >= 1


def test_more_time_keeps_what_was_typed(page: Page) -> None:
    sign_in(page)
    book(page)
    fill_card(page, VISA)
    page.get_by_role("button", name="Give me more time").click()
    page.get_by_role("status").filter(has_text="We’ll now hold your place until").wait_for()
    expect(page.get_by_role("button", name="Give me more time")).to_have_count(0)
    expect(page.locator("#hold-text")).to_be_focused()
    expect(page.frame_locator(FRAME).get_by_label("Card number")).to_have_value("4242 4242 4242 4242")
    press_pay(page)
    expect_paid(page)


def test_without_javascript_more_time_is_a_form(page: Page, browser: Browser, stack: Stack) -> None:
    sign_in(page)
    reference = book(page)
    context = browser.new_context(
        base_url=stack.portal, java_script_enabled=False, storage_state=page.context.storage_state()
    )
    plain = context.new_page()
    plain.goto(f"/deposit/{reference}/")
    assert "You need JavaScript to pay on this page." in plain.content()
    plain.get_by_role("button", name="Give me more time").click()
    expect(plain.get_by_text("We’ll now hold your place until")).to_be_visible()
    context.close()


def test_a_decline_says_what_it_means_beside_stripes_own_sentence(page: Page) -> None:
    sign_in(page)
    book(page)
    fill_card(page, DECLINED)
    press_pay(page)
    alert = page.get_by_role("alert").filter(has_text="Your card was declined.")
    expect(alert).to_contain_text("You haven’t been charged and your place is still held. Try another card")


def test_the_hold_ends_kindly_on_the_page(page: Page) -> None:
    sign_in(page)
    reference = book(page)
    fill_card(page, VISA)
    end_hold(reference)
    page.evaluate(COMES_BACK)
    page.get_by_role("heading", name="Your place is no longer held").wait_for()
    expect(page.get_by_text("You haven’t been charged.")).to_be_visible()
    expect(page.locator("#payment-form")).to_have_count(0)
    expect(page.locator("#hold")).to_have_count(0)
    assert "minutes left" not in page.locator("main").inner_text()
    page.get_by_role("link", name="Book it again").click()
    page.wait_for_url(re.compile(f"/book/.*again={reference}"))


@pytest.mark.parametrize("hours", [-1, 1], ids=["slow", "fast"])
def test_the_devices_clock_does_not_count(page: Page, hours: int) -> None:
    page.clock.install(time=time.time() + hours * 3600)
    sign_in(page)
    book(page)
    expect(page.locator(".hold__minutes")).to_have_text(re.compile(r"^(29|30) minutes left\.$"))
    page.clock.run_for(90_000)
    expect(page.locator(".hold__minutes")).to_have_text(re.compile(r"^(28|29) minutes left\.$"))
    page.clock.fast_forward(45 * 60_000)  # the device thinks that the time is over; the server says that it is not
    expect(page.locator(".hold__minutes")).to_have_text(re.compile(r"^(28|29|30) minutes left\.$"))
    ready(page)


def emailed_link(stack: Stack, page: Page, reference: str) -> str:
    """The path of the link that a coordinator sends; `page` is signed in as somebody else meanwhile."""
    staff = page.context.browser.new_context(base_url=stack.portal).new_page()  # type: ignore[union-attr]
    sign_in(staff, "coordinator@example.com")
    number = in_database("SELECT id FROM bookings_booking WHERE reference = %s", reference)
    staff.goto(f"/admin/desk/bookings/{number}/pay-link/")
    staff.get_by_role("button", name="Send the link").click()
    staff.get_by_text("We’ve sent a new payment link").wait_for()
    staff.context.close()
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for file in sorted((stack.var / "mail").glob("*.eml")):
            body = message_from_bytes(file.read_bytes(), policy=policy.default).get_body(("plain",))
            text = str(body.get_content()) if body else ""
            if reference in text and (found := re.search(r"/pay/[\w-]{43}/", text)):
                return found.group()
        time.sleep(0.2)
    raise AssertionError("no email with a link")


def test_the_emailed_link_pays_on_another_device(page: Page, other_device: Page, stack: Stack) -> None:
    sign_in(page)
    reference = book(page)
    link = emailed_link(stack, page, reference)
    other_device.goto(link)
    ready(other_device)
    assert axe_violations(other_device) == []
    assert top(other_device, "#payment-form") < 844
    shown = other_device.locator("body").inner_text()
    assert reference in shown
    assert not any(word in shown for word in ("Respite care at home", "Grace", "Bell", "caregiver@example.com"))
    fill_card(other_device, DECLINED)
    press_pay(other_device)
    other_device.get_by_role("alert").filter(has_text="Your card was declined.").wait_for()
    other_device.get_by_role("button", name="Give me more time").click()
    other_device.get_by_role("status").filter(has_text="We’ll now hold your place until").wait_for()
    fill_card(other_device, VISA)
    press_pay(other_device)
    expect_paid(other_device)
    assert axe_violations(other_device) == []
    assert "/pay/return/" in other_device.url
    assert [intent["status"] for intent in stack.intent_for(reference)] == ["succeeded"]
    other_device.goto(link)
    other_device.get_by_role("heading", level=1, name="This payment link no longer works").wait_for()
    assert axe_violations(other_device) == []


def each_look(page: Page) -> list[str]:
    """axe's findings at both widths in both schemes."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for size in (PHONE, DESK):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            found += [f"{scheme} {size['width']}: {one}" for one in axe_violations(page)]
    return found


@pytest.mark.slow
def test_every_state_of_the_payment_page_passes_axe_in_each_look(page: Page, stack: Stack) -> None:
    found: dict[str, list[str]] = {}
    sign_in(page)
    reference = book(page)
    ready(page)
    found["ready"] = each_look(page)
    fill_card(page, DECLINED)
    press_pay(page)
    page.get_by_role("alert").filter(has_text="declined").wait_for()
    found["declined"] = each_look(page)
    end_hold(reference)
    page.evaluate(COMES_BACK)
    page.get_by_role("heading", name="Your place is no longer held").wait_for()
    found["hold over"] = each_look(page)
    page.goto(f"/deposit/{reference}/")
    page.get_by_role("heading", level=1).wait_for()
    found["expired"] = each_look(page)

    reference = book(page)
    fill_card(page, PROCESSING)
    press_pay(page)
    page.get_by_role("status").filter(has_text="accepted").wait_for()
    page.goto(f"/deposit/{reference}/")
    page.get_by_role("heading", level=1, name="We’re confirming your deposit").wait_for()
    found["processing"] = each_look(page)

    book(page)
    fill_card(page, VISA)
    press_pay(page)
    expect_paid(page)
    found["paid"] = each_look(page)
    page.get_by_role("link", name="Pay the balance").click()
    ready(page)
    found["balance"] = each_look(page)

    stack.faults(api={"fail_next": 8, "status": 503})
    book(page)
    page.get_by_role("heading", name="We can’t take your deposit right now").wait_for()
    found["unavailable"] = each_look(page)
    stack.faults(api={"fail_next": 0})
    assert {state: violations for state, violations in found.items() if violations} == {}


@pytest.mark.slow
def test_every_state_of_an_emailed_link_passes_axe_in_each_look(page: Page, other_device: Page, stack: Stack) -> None:
    found: dict[str, list[str]] = {}
    sign_in(page)
    link = emailed_link(stack, page, book(page))
    other_device.goto(link)
    ready(other_device)
    found["ready"] = each_look(other_device)
    back = str(other_device.locator("#payment-form").get_attribute("data-return-url"))
    other_device.goto(back)
    other_device.get_by_role("heading", level=1, name="Your payment didn’t go through").wait_for()
    found["not paid"] = each_look(other_device)
    other_device.goto(link)
    fill_card(other_device, PROCESSING)
    press_pay(other_device)
    other_device.get_by_role("status").filter(has_text="accepted").wait_for()
    other_device.goto(link)
    other_device.get_by_role("heading", level=1, name="We’re confirming your deposit").wait_for()
    found["processing"] = each_look(other_device)

    reference = book(page)
    link = emailed_link(stack, page, reference)
    other_device.goto(link)
    ready(other_device)
    end_hold(reference)
    other_device.evaluate(COMES_BACK)
    other_device.get_by_role("heading", name="Your place is no longer held").wait_for()
    found["hold over"] = each_look(other_device)
    other_device.goto(link)
    found["over"] = each_look(other_device)
    assert {state: violations for state, violations in found.items() if violations} == {}
