"""Booking by the calendar: by mouse, by keyboard alone, without JavaScript, and with a detour."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import Stack, choose_session, sign_in
from tests.e2e.test_paying import axe_violations
from tests.e2e.test_privacy import until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

SIZES = (390, 1280)


@pytest.fixture
def scriptless(browser: Browser, stack: Stack) -> Iterator[Page]:
    context = browser.new_context(base_url=stack.portal, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


def test_the_page_is_accessible_in_every_state(page: Page) -> None:
    sign_in(page)
    for address in ("/book/", "/book/?service=day-programme", "/book/?service=day-programme&weekday=7"):
        page.goto(address)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for width in SIZES:
                page.set_viewport_size({"width": width, "height": 844})
                assert axe_violations(page) == [], (address, scheme, width)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)


def test_turning_to_a_day_keeps_what_was_typed_and_says_the_terms(page: Page) -> None:
    sign_in(page)
    page.goto("/book/")
    page.get_by_label("Notes").fill("The bell is broken")
    choose_session(page, "Respite care at home", 41)
    expect(page.locator("#terms")).to_contain_text("Free to cancel until")
    expect(page.locator("#terms")).to_contain_text("Balance, due before the session£54.00")
    expect(page.get_by_label("Notes")).to_have_value("The bell is broken")
    assert axe_violations(page) == []


def test_terms_that_come_while_the_button_is_pressed_do_not_move_it_away(page: Page) -> None:
    sign_in(page)
    page.goto("/book/?service=respite-care-at-home")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile("[?&]session="), hold)
    choose_session(page, "Respite care at home", 43)
    page.get_by_label("Who is this for?").select_option(index=1)
    button = page.get_by_role("button", name="Continue to deposit")
    button.hover()
    page.mouse.down()
    until(lambda: page.wait_for_timeout(100) or held)
    with page.expect_response(re.compile("[?&]session=")):
        held[0].continue_()
    page.wait_for_timeout(500)
    page.mouse.up()
    page.wait_for_url(re.compile("/deposit/"))


def test_a_keyboard_is_enough(page: Page) -> None:
    sign_in(page)
    page.goto("/book/?service=overnight-respite")
    page.get_by_role("link", name="Next month").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#calendar-month")).to_be_focused()
    page.locator("a.calendar__day").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("input[name=session]:enabled").first).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("input[name=session]:checked")).to_have_count(1)
    person = page.get_by_label("Who is this for?")
    person.focus()
    for _ in range(2):  # the second one: the first has bookings of other tests at many times
        page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Continue to deposit").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/deposit/"))


def test_without_javascript_it_is_links_and_a_form(scriptless: Page) -> None:
    page = scriptless
    sign_in(page)
    page.goto("/book/")
    page.get_by_label("Overnight respite").check()
    page.get_by_label("Notes").fill("Brings a teddy")
    page.get_by_role("button", name="Show dates").click()
    page.get_by_role("link", name="Next month").click()
    page.locator("a.calendar__day").nth(1).click()
    page.locator("input[name=session]:enabled").first.check()
    expect(page.get_by_label("Notes")).to_have_value("Brings a teddy")
    page.get_by_label("Who is this for?").select_option(index=2)
    page.get_by_role("button", name="Continue to deposit").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("deposit")


def test_a_person_is_added_in_the_middle(page: Page) -> None:
    sign_in(page)
    page.goto("/book/")
    choose_session(page, "Respite care at home", 30)
    chosen = page.locator("input[name=session]:checked").get_attribute("value")
    page.get_by_label("Notes").fill("Second floor")
    page.get_by_role("button", name="Add a person you care for").click()
    page.get_by_label("Full name").fill("Nguyễn Thị Ánh")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile("/book/"))
    expect(page.get_by_label("Who is this for?").locator("option:checked")).to_have_text("Nguyễn Thị Ánh")
    assert page.locator("input[name=session]:checked").get_attribute("value") == chosen
    expect(page.get_by_label("Notes")).to_have_value("Second floor")
    page.get_by_role("button", name="Continue to deposit").click()
    page.wait_for_url(re.compile("/deposit/"))
