"""The Payment Element stand-in in a real browser, on a page under the portal's kind of strict CSP."""

import json
import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from .conftest import PUBLISHABLE_KEY

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")

SCRIPT = """
const query = new URLSearchParams(location.search);
const stripe = Stripe(query.get("key"));
const appearance = JSON.parse(query.get("appearance") ?? "{}");
const fonts = JSON.parse(query.get("fonts") ?? "[]");
const elements = stripe.elements({ clientSecret: query.get("secret"), appearance, fonts });
const element = elements.create("payment");
window.seen = [];
for (const name of ["ready", "change", "loaderror"]) element.on(name, (event) => seen.push([name, event]));
element.mount("#element");
document.querySelector("button").addEventListener("click", async () => {
  const confirmParams = { return_url: `${location.origin}/done` };
  const redirect = query.get("redirect") ?? "if_required";
  window.result = null;
  window.result = await stripe.confirmPayment({ elements, confirmParams, redirect });
});
"""
HTML = """<!doctype html><html lang="en"><title>Deposit</title><script src="{sandbox}/v3/"></script>
<main><h1>Deposit</h1><div id="element"></div><button>Pay</button></main><script src="/page.js"></script></html>"""
CSP = (
    "default-src 'none'; script-src 'self' {sandbox}; frame-src {sandbox}; connect-src {sandbox}; "
    "style-src 'self' 'nonce-abc'; img-src 'self'; base-uri 'none'; form-action 'self'"
)


@pytest.fixture(scope="module")
def site(process_url: str) -> Iterator[str]:
    """A page that embeds the element and forbids everything it does not need."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            script = self.path == "/page.js"
            html = "Thank you" if self.path.startswith("/done") else HTML.format(sandbox=process_url)
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if script else "text/html")
            self.send_header("Content-Security-Policy", CSP.format(sandbox=process_url))
            self.end_headers()
            self.wfile.write((SCRIPT if script else html).encode())

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page whose console must stay free of script errors and CSP violations."""
    opened = browser.new_page(viewport={"width": 620, "height": 720})
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("console", lambda line: problems.append(line.text) if _is_problem(line.text, line.type) else None)
    yield opened
    opened.close()
    assert problems == []


def _is_problem(text: str, kind: str) -> bool:
    expected = "status of 40" in text or "net::ERR_" in text  # a refusal or a fault
    return kind in {"error", "warning"} and not expected


POLLING_MS = 100  # by the clock: a page that is not drawn has no animation frames to poll by
Open = Callable[..., FrameLocator]


@pytest.fixture
def visit(page: Page, site: str, api: Any) -> Open:
    """Opens the page for a new intent and returns its card frame, ready."""

    def go(**query: str) -> FrameLocator:
        intent = api.payment_intents.create({"amount": 2500, "currency": "usd"})
        secret = {"key": PUBLISHABLE_KEY, "secret": intent.client_secret}
        page.goto(f"{site}/?{urlencode(secret | query)}")
        page.wait_for_function("() => seen.some(([name]) => name === 'ready')", polling=POLLING_MS)
        return page.frame_locator('iframe[title="Secure payment input frame"]')

    return go


def fill(frame: FrameLocator, number: str, expiry: str = "1234", code: str = "123") -> None:
    frame.get_by_label("Card number").fill(number)
    frame.get_by_label("Expiration date MM / YY").fill(expiry)
    frame.get_by_label("Security code").fill(code)


def pay(page: Page) -> Any:
    """Presses Pay and returns what `confirmPayment` resolved with."""
    page.get_by_role("button", name="Pay").click()
    return result(page)


def result(page: Page) -> Any:
    return page.wait_for_function("() => window.result", polling=POLLING_MS).json_value()


def test_a_card_is_typed_formatted_and_paid(visit: Open, page: Page, api: Any) -> None:
    frame = visit()
    labels = frame.locator("label").all_text_contents()
    assert labels == ["Card number", "Expiration date MM / YY", "Security code"]
    frame.get_by_label("Card number").press_sequentially("4242424242424242")
    frame.get_by_label("Expiration date MM / YY").press_sequentially("12/34")
    frame.get_by_label("Security code").press_sequentially("123")
    expect(frame.get_by_label("Card number")).to_have_value("4242 4242 4242 4242")
    expect(frame.get_by_label("Expiration date MM / YY")).to_have_value("12 / 34")
    paid = pay(page)["paymentIntent"]
    assert paid["status"] == "succeeded"
    assert api.payment_intents.retrieve(paid["id"]).status == "succeeded"
    changes = page.evaluate("seen.filter(([name]) => name === 'change').map(([, event]) => event)")
    assert (changes[0]["complete"], changes[-1]["complete"], changes[-1]["empty"]) == (False, True, False)
    assert "4242424242424242" not in json.dumps(page.evaluate("seen"))


def test_a_decline_returns_stripes_error_and_the_next_card_pays(visit: Open, page: Page) -> None:
    frame = visit()
    fill(frame, "4000000000009995")
    error = pay(page)["error"]
    assert (error["type"], error["code"], error["decline_code"]) == (
        "card_error",
        "card_declined",
        "insufficient_funds",
    )
    assert error["message"] == "Your card has insufficient funds. Try a different card."
    assert error["payment_intent"]["status"] == "requires_payment_method"
    frame.get_by_label("Card number").fill("4242424242424242")
    assert pay(page)["paymentIntent"]["status"] == "succeeded"


@pytest.mark.parametrize(
    ("number", "expiry", "code", "wrong", "expected"),
    [
        ("4242424242424241", "1234", "123", "Card number", ("invalid_number", "Your card number is invalid.")),
        ("4242", "1234", "123", "Card number", ("incomplete_number", "Your card number is incomplete.")),
        (
            "4242424242424242",
            "0120",
            "123",
            "Expiration date MM / YY",
            ("invalid_expiry_year_past", "Your card's expiration year is in the past."),
        ),
        (
            "4242424242424242",
            "1234",
            "12",
            "Security code",
            ("incomplete_cvc", "Your card's security code is incomplete."),
        ),
    ],
)
def test_a_mistake_is_shown_at_its_field_and_returned(
    number: str, expiry: str, code: str, wrong: str, expected: tuple[str, str], visit: Open, page: Page
) -> None:
    frame = visit()
    fill(frame, number, expiry, code)
    error = pay(page)["error"]
    assert (error["type"], error["code"], error["message"]) == ("validation_error", *expected)
    field = frame.get_by_label(wrong)
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(expected[1])


@pytest.mark.parametrize("passes", [True, False])
def test_three_d_secure_opens_in_the_page_and_decides(passes: bool, visit: Open, page: Page) -> None:
    fill(visit(), "4000002760003184")
    page.get_by_role("button", name="Pay").click()
    bank = page.frame_locator('iframe[title="3D Secure"]')
    expect(bank.get_by_role("button", name="Complete authentication")).to_be_focused()
    bank.get_by_role("button", name=f"{'Complete' if passes else 'Fail'} authentication").click()
    outcome = result(page)
    if passes:
        assert outcome["paymentIntent"]["status"] == "succeeded"
    else:
        assert outcome["error"]["code"] == "payment_intent_authentication_failure"
        assert outcome["error"]["payment_intent"]["status"] == "requires_payment_method"
    expect(page.locator('iframe[title="3D Secure"]')).to_have_count(0)


def test_everything_works_by_keyboard_alone(visit: Open, page: Page) -> None:
    frame = visit()
    frame.get_by_label("Card number").focus()
    for text in ("4000000000003220", "1234", "123"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Pay")).to_be_focused()
    page.keyboard.press("Enter")
    bank = page.frame_locator('iframe[title="3D Secure"]')
    expect(bank.get_by_role("button", name="Complete authentication")).to_be_focused()
    page.keyboard.press("Enter")
    assert result(page)["paymentIntent"]["status"] == "succeeded"


def test_escape_gives_up_the_authentication(visit: Open, page: Page) -> None:
    fill(visit(), "4000002760003184")
    page.get_by_role("button", name="Pay").click()
    bank = page.frame_locator('iframe[title="3D Secure"]')
    expect(bank.get_by_role("button", name="Complete authentication")).to_be_focused()
    page.keyboard.press("Escape")
    assert result(page)["error"]["code"] == "payment_intent_authentication_failure"


def test_the_default_redirect_goes_to_the_return_address(visit: Open, page: Page, site: str) -> None:
    fill(visit(redirect="always"), "4242424242424242")
    page.get_by_role("button", name="Pay").click()
    page.wait_for_url(
        re.compile(
            rf"^{re.escape(site)}/done\?payment_intent=pi_\w+&payment_intent_client_secret=pi_\w+_secret_\w+"
            r"&redirect_status=succeeded$"
        ),
        wait_until="commit",
    )


def test_an_intent_that_does_not_exist_is_a_load_error(page: Page, site: str, url: str) -> None:
    page.goto(f"{site}/?{urlencode({'key': PUBLISHABLE_KEY, 'secret': 'pi_unknown_secret_x'})}")
    page.wait_for_function("() => seen.length", polling=POLLING_MS)
    ((name, event),) = page.evaluate("seen")
    assert (name, event["error"]["code"]) == ("loaderror", "resource_missing")


def test_a_lost_reply_is_a_connection_error_and_the_money_was_taken_once(
    visit: Open, page: Page, control: httpx.Client, api: Any
) -> None:
    frame = visit()
    fill(frame, "4242424242424242")
    control.post("/faults", json={"api": {"lose_reply_next": 1}})
    page.get_by_role("button", name="Pay").click()
    assert result(page)["error"]["type"] == "api_connection_error"
    (charge,) = api.charges.list().data
    assert charge.status == "succeeded"
    assert pay(page)["error"]["payment_intent"]["status"] == "succeeded"


def test_the_frame_takes_the_height_of_its_content(visit: Open, page: Page) -> None:
    frame = visit()
    outer = page.locator('iframe[title="Secure payment input frame"]')
    content = frame.locator("body")
    before = content.bounding_box()
    pay(page)
    expect(frame.get_by_text("Your card number is incomplete.")).to_be_visible()
    page.wait_for_function(
        "height => document.querySelector('iframe').getBoundingClientRect().height > height",
        arg=before["height"] if before else 0,
        polling=POLLING_MS,
    )
    shown, needed = outer.bounding_box(), content.bounding_box()
    assert shown is not None
    assert needed is not None
    assert abs(shown["height"] - needed["height"]) <= 1


@pytest.mark.parametrize(
    "appearance",
    [
        {},
        {"theme": "night"},
        {"variables": {"colorBackground": "#101418", "colorText": "#f2f4f7", "colorDanger": "#ffb4b4"}},
    ],
)
def test_axe_finds_nothing_in_the_frames(appearance: dict[str, Any], visit: Open, page: Page) -> None:
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text()

    def violations(address: str) -> list[str]:
        frame = next(one for one in page.frames if address in one.url)
        frame.evaluate(axe)
        found = frame.evaluate("axe.run({ resultTypes: ['violations'] })")
        return [one["id"] for one in found["violations"]]

    frame = visit(appearance=json.dumps(appearance))
    assert violations("/v3/payment") == []
    pay(page)
    expect(frame.get_by_text("Your card number is incomplete.")).to_be_visible()
    assert violations("/v3/payment") == []
    if not appearance:
        fill(frame, "4000002760003184")
        page.get_by_role("button", name="Pay").click()
        bank = page.frame_locator('iframe[title="3D Secure"]')
        expect(bank.get_by_role("button", name="Complete authentication")).to_be_focused()
        assert violations("/v3/authenticate") == []


def test_fonts_and_rules_of_the_appearance_are_taken(visit: Open, page: Page, process_url: str) -> None:
    rules = {".Input": {"border": "3px solid rgb(1, 2, 3)"}, ".Label": {"fontWeight": "650"}, ".Tab": {"color": "red"}}
    fonts = [{"family": "No such font", "src": f"url({process_url}/none.woff2)", "weight": "200 900"}]
    frame = visit(appearance=json.dumps({"rules": rules}), fonts=json.dumps(fonts))
    expect(frame.get_by_label("Card number")).to_have_css("border", "3px solid rgb(1, 2, 3)")
    expect(frame.get_by_text("Card number", exact=True)).to_have_css("font-weight", "650")
