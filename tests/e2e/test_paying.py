"""A caregiver pays a deposit in a browser, against web, worker and sandbox on PostgreSQL and Redis."""

import re
import time
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import Stack, book, expect_paid, fill_card, press_pay, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

VISA = "4242424242424242"
DECLINED = "4000000000000002"
THREE_D_SECURE = "4000002500003155"


# A transition on a page that the browser paints no more never finishes; evaluate() itself waits for ever.
COLOURS_SETTLE = """() => Promise.race([
    new Promise((settled) => setTimeout(settled, 5000)),
    Promise.all(document.getAnimations()
        .filter((one) => one instanceof CSSTransition).map((one) => one.finished.catch(() => null)))])"""


def axe_violations(page: Page, *rules: str) -> list[str]:
    """Rule and place of each violation of all rules, or of `rules`, on the page and in its frames, at rest."""
    page.evaluate(COLOURS_SETTLE)
    result = Axe().run(page, options={"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})})
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in result.response["violations"]]


def deposit_mails(stack: Stack, reference: str) -> int:
    """How many emails say that the deposit is here; waits for the first."""
    end = time.monotonic() + 40
    while True:
        found = [s for s in stack.mail_about(reference) if s.startswith("Your booking is confirmed")]
        if found or time.monotonic() > end:
            return len(found)
        time.sleep(0.2)


@pytest.mark.parametrize("page", [375, 1280], indirect=True)
def test_a_deposit_is_paid_and_the_booking_confirmed_by_the_webhook(page: Page, stack: Stack) -> None:
    sign_in(page)
    reference = book(page)
    assert "deposit" in page.get_by_role("heading", level=1).inner_text().lower()
    assert axe_violations(page) == []
    fill_card(page, VISA)
    press_pay(page)
    expect_paid(page)
    assert axe_violations(page) == []
    page.get_by_role("link", name="Back to your bookings").click()
    page.get_by_role("heading", level=1, name="Your bookings").wait_for()
    assert axe_violations(page) == []
    assert [intent["status"] for intent in stack.intent_for(reference)] == ["succeeded"]


def test_a_declined_card_can_be_tried_again_on_the_same_intent(page: Page, stack: Stack) -> None:
    sign_in(page)
    reference = book(page)
    fill_card(page, DECLINED)
    press_pay(page)
    page.get_by_role("alert").filter(has_text="Your card was declined.").wait_for()
    assert axe_violations(page) == []
    fill_card(page, VISA)
    press_pay(page)
    expect_paid(page)
    assert [intent["status"] for intent in stack.intent_for(reference)] == ["succeeded"]


@pytest.mark.parametrize("answer", ["Complete authentication", "Fail authentication"])
def test_three_d_secure_is_completed_or_failed(page: Page, stack: Stack, answer: str) -> None:
    sign_in(page)
    reference = book(page)
    fill_card(page, THREE_D_SECURE)
    press_pay(page)
    page.frame_locator("iframe[title='3D Secure']").get_by_role("button", name=answer).click()
    if answer.startswith("Complete"):
        expect_paid(page)
        return
    page.get_by_role("alert").filter(has_text=re.compile("authenticate|confirm")).wait_for()
    fill_card(page, VISA)
    press_pay(page)
    expect_paid(page)
    assert len(stack.intent_for(reference)) == 1


def bank_page(stack: Stack, reference: str) -> str:
    """Where a browser is sent that leaves the page for 3-D Secure, as some banks want; it comes back to the deposit."""
    (intent,) = stack.intent_for(reference)
    form = {
        "return_url": f"{stack.portal}/deposit/{reference}/",
        "payment_method": "pm_card_authenticationRequired",
    }
    address = f"{stack.sandbox}/v1/payment_intents/{intent['id']}/confirm"
    reply = httpx.post(address, data=form, headers={"Authorization": "Bearer sk_test_" + "demo" * 6})
    return str(reply.raise_for_status().json()["next_action"]["redirect_to_url"]["url"])


def test_coming_back_from_the_bank_after_a_refusal_says_why_and_lets_try_again(page: Page, stack: Stack) -> None:
    sign_in(page)
    reference = book(page)
    page.goto(bank_page(stack, reference))
    page.get_by_role("button", name="Fail authentication").click()
    page.get_by_role("alert").filter(has_text="Your bank couldn’t confirm it was you.").wait_for()
    assert page.url == f"{stack.portal}/deposit/{reference}/"  # without the secret that Stripe's return carries
    fill_card(page, VISA)
    press_pay(page)
    expect_paid(page)
    assert [intent["status"] for intent in stack.intent_for(reference)] == ["succeeded"]


def test_coming_back_from_the_bank_after_a_yes_is_paid(page: Page, stack: Stack) -> None:
    sign_in(page)
    reference = book(page)
    page.goto(bank_page(stack, reference))
    page.get_by_role("button", name="Complete authentication").click()
    expect_paid(page)
    assert page.url == f"{stack.portal}/deposit/{reference}/"


def test_back_and_continue_lead_to_the_same_deposit(page: Page, stack: Stack) -> None:
    sign_in(page)
    reference = book(page)
    page.go_back()
    page.get_by_role("button", name="Continue to deposit").click()
    page.wait_for_url(re.compile("/deposit/"))
    assert page.url.endswith(f"/deposit/{reference}/")


def request_session(page: Page, slug: str, day: date, time: str) -> None:
    """Send the form for the session of `day` at `time`."""
    page.goto(f"/book/?service={slug}&day={day.isoformat()}")
    page.get_by_role("radio", name=re.compile(f", {time} to ")).check()
    page.get_by_label("Who is this for?").select_option(index=2)
    page.get_by_role("button", name="Continue to deposit").click()


def test_an_overlap_is_asked_about_once(page: Page) -> None:
    sign_in(page)
    today = datetime.now(UTC).date()
    wednesday = today + timedelta(weeks=5, days=(2 - today.weekday()) % 7)
    request_session(page, "respite-care-at-home", wednesday, "10am")
    page.wait_for_url(re.compile("/deposit/"))
    request_session(page, "home-assessment", wednesday, "11am")
    page.get_by_role("heading", level=1, name="Another booking at the same time").wait_for()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (375, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            assert axe_violations(page) == [], (scheme, width)
    page.get_by_role("button", name="Book this session too").click()
    page.wait_for_url(re.compile("/deposit/"))


def test_a_double_click_charges_once(page: Page, stack: Stack) -> None:
    sign_in(page)
    reference = book(page)
    fill_card(page, VISA)
    page.get_by_role("button", name=re.compile("^Pay")).dblclick()
    expect_paid(page)
    (intent,) = stack.intent_for(reference)
    assert intent["amount_received"] == 1800


def test_two_tabs_charge_once(page: Page, stack: Stack) -> None:
    sign_in(page)
    reference = book(page)
    other = page.context.new_page()
    other.goto(f"/deposit/{reference}/")
    fill_card(page, VISA)
    fill_card(other, VISA)
    press_pay(page)
    press_pay(other)
    expect_paid(page)
    expect_paid(other)
    assert [intent["amount_received"] for intent in stack.intent_for(reference)] == [1800]


def test_closing_the_browser_after_paying_confirms_all_the_same(page: Page, stack: Stack) -> None:
    sign_in(page)
    reference = book(page)
    stack.faults(webhooks={"paused": True})
    fill_card(page, VISA)
    press_pay(page)
    page.get_by_role("status").filter(has_text="accepted").wait_for()
    page.goto("about:blank")
    stack.release_webhooks()
    assert deposit_mails(stack, reference) == 1


def test_a_slow_webhook_is_not_needed_and_confirms_once(page: Page, stack: Stack) -> None:
    sign_in(page)
    reference = book(page)
    stack.faults(webhooks={"paused": True})
    fill_card(page, VISA)
    press_pay(page)
    expect_paid(page)
    stack.release_webhooks()
    assert deposit_mails(stack, reference) == 1
    time.sleep(2)  # long enough for a second one, were there one
    assert deposit_mails(stack, reference) == 1


def test_the_keyboard_is_enough(page: Page) -> None:
    sign_in(page)
    book(page)
    frame = page.frame_locator("iframe[title='Secure payment input frame']")
    frame.get_by_label("Card number").focus()
    page.keyboard.type(VISA)
    page.keyboard.press("Tab")
    page.keyboard.type("1234")
    page.keyboard.press("Tab")
    page.keyboard.type("123")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect_paid(page)


def test_somebody_elses_booking_is_not_found(page: Page, browser: Browser, stack: Stack) -> None:
    sign_in(page)
    reference = book(page)
    stranger = browser.new_context(base_url=stack.portal).new_page()
    sign_in(stranger, "caregiver2@example.com")
    for path in (f"/deposit/{reference}/", f"/bookings/{reference}/", f"/bookings/{reference}/receipt/"):
        response = stranger.goto(path)
        assert response is not None
        assert response.status == 404
    stranger.context.close()


def test_an_expired_session_leads_to_sign_in_and_back(page: Page) -> None:
    sign_in(page)
    reference = book(page)
    page.context.clear_cookies()
    page.goto(f"/deposit/{reference}/")
    assert f"next=/deposit/{reference}/" in page.url


def test_cancelling_an_unpaid_booking_cancels_its_intent(page: Page, stack: Stack) -> None:
    sign_in(page)
    reference = book(page)
    page.goto(f"/bookings/{reference}/cancel/")
    page.get_by_role("button", name="Cancel booking").click()
    page.get_by_text("Your booking has been cancelled").wait_for()
    assert [intent["status"] for intent in stack.intent_for(reference)] == ["canceled"]


def test_when_stripe_is_down_the_page_says_so_and_trying_again_works(page: Page, stack: Stack) -> None:
    sign_in(page)
    stack.faults(api={"fail_next": 4, "status": 503})
    reference = book(page)
    page.get_by_role("heading", name="We can’t take your deposit right now").wait_for()
    assert axe_violations(page) == []
    stack.faults(api={"fail_next": 0})
    page.get_by_role("link", name="Try again").click()
    fill_card(page, VISA)
    press_pay(page)
    expect_paid(page)
    assert len(stack.intent_for(reference)) == 1


PAGES = [
    "/",
    "/services/",
    "/deposit/",
    "/privacy/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
]
SIGNED_IN = ["/dashboard/", "/book/", "/people/", "/people/add/", "/profile/", "/library/", "/demo/mail/", "/nowhere/"]
ACCOUNT = [
    "/profile/your-data/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/reauthenticate/",
]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_passes_axe(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    found = {}
    for path in PAGES:
        page.goto(path)
        found[path] = axe_violations(page)
    sign_in(page)
    for path in SIGNED_IN + ACCOUNT:
        page.goto(path)
        found[path] = axe_violations(page)
    assert {path: violations for path, violations in found.items() if violations} == {}


def test_health_and_metrics_answer(stack: Stack) -> None:
    assert httpx.get(f"{stack.portal}/healthz/").json() == {"status": "ok"}
    assert httpx.get(f"{stack.portal}/readyz/").json() == {"status": "ok"}
    metrics = httpx.get(f"{stack.portal}/metrics").text
    for name in ("portal_webhook_received_total", "portal_booking_transitions_total", "portal_webhook_backlog"):
        assert name in metrics
