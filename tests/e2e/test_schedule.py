"""What a coordinator changes about the weeks to come: a new service, other weekly times, a closed week; and a caller
on a Saturday evening."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import follow, sign_in
from tests.e2e.test_account_pages import flaws

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e of staff")]
SERVICES = "/admin/snippets/bookings/service"
CLOSURES = "/admin/snippets/bookings/closure"


def save(page: Page) -> None:
    """The form, in its footer."""
    page.locator("footer").get_by_role("button", name="Save", exact=True).click()


def weekly_session(page: Page, index: int, day: str, time: str, places: int) -> None:
    """Fill in one that the form has."""
    row = f"#id_availabilities-{index}"
    page.locator(f"{row}-weekday").select_option(label=day)
    page.locator(f"{row}-start_time").fill(time)
    page.locator(f"{row}-start_time").press("Escape")
    page.locator(f"{row}-capacity").fill(str(places))


def add_music_afternoon(page: Page) -> None:
    """Mondays at 2pm, five places, no deposit."""
    page.goto(f"{SERVICES}/add/")
    for field, typed in (
        ("name", "Music afternoon"), ("slug", "music-afternoon"), ("summary", "Songs that everybody knows."),
        ("location", "Orchard House"), ("price_amount", "45.00"), ("deposit_value", "0"), ("duration_minutes", "120"),
    ):  # fmt: skip
        page.locator(f"#id_{field}").fill(typed)
    page.locator("#id_deposit_kind").select_option(label="Fixed amount")
    page.locator("#id_image_name").select_option(label="Day programme")
    page.get_by_role("button", name="Add weekly session").click()
    weekly_session(page, 0, "Monday", "14:00", 5)
    save(page)
    expect(page.locator(".messages")).to_contain_text("Music afternoon")


def book_first(page: Page, service: str) -> None:
    """The first time that is free, for the first person on the list."""
    page.goto(f"/book/?service={service}")
    page.locator("a.calendar__day").first.click()
    page.locator("a.calendar__day[aria-current=date]").wait_for()
    page.locator("input[name=session]:enabled").first.check()
    page.get_by_label("Who is this for?").select_option(index=1)
    follow(page.locator("#booking-form .button--wide"))
    if (overlaps := page.get_by_role("button", name="Book this session too")).count():
        overlaps.click()
    page.wait_for_url(re.compile("/deposit/"))


def edit_service(page: Page, name: str) -> None:
    page.goto(f"{SERVICES}/")
    page.get_by_role("link", name=name, exact=True).first.click()
    page.wait_for_url(re.compile("/edit/"))


def test_a_new_service_is_bookable_at_once_and_its_weekly_time_changes_in_sight(page: Page) -> None:
    sign_in(page, "coordinator@example.com")
    add_music_afternoon(page)
    page.context.clear_cookies()
    sign_in(page)
    book_first(page, "music-afternoon")
    page.context.clear_cookies()

    sign_in(page, "coordinator@example.com")
    edit_service(page, "Music afternoon")
    weekly_session(page, 0, "Tuesday", "15:00", 5)
    save(page)
    expect(page.locator("main")).to_contain_text(re.compile(r"\d+ sessions appear\."))
    expect(page.locator("main")).to_contain_text(re.compile(r"\d+ sessions end\. Nobody has booked them\."))
    expect(page.locator("main")).to_contain_text("1 session is booked.")
    expect(page.locator("main")).to_contain_text("Bookings stay as they are, and nobody is notified.")
    found = flaws(page, "schedule review")
    page.get_by_role("button", name="Save these changes").click()
    expect(page.locator(".messages")).to_contain_text("Music afternoon")

    page.goto("/book/?service=music-afternoon")
    page.locator("a.calendar__day").first.click()
    page.locator("a.calendar__day[aria-current=date]").wait_for()
    expect(page.locator("a.calendar__day[aria-current=date]")).to_have_attribute("aria-label", re.compile("Tuesday"))
    assert found == []


def test_a_week_is_closed_and_opened_again(page: Page) -> None:
    sign_in(page, "coordinator@example.com")
    page.goto("/book/?service=day-programme")
    page.locator("a.calendar__day").first.wait_for()
    day = page.locator("a.calendar__day").last.get_attribute("href") or ""
    closed = re.search(r"\d{4}-\d\d-\d\d", day)
    assert closed is not None
    page.goto(f"{CLOSURES}/add/")
    page.locator("#id_name").fill("Christmas")
    for field in ("first_day", "last_day"):
        page.locator(f"#id_{field}").fill(closed[0])
        page.locator(f"#id_{field}").press("Escape")
    save(page)
    expect(page.locator("main")).to_contain_text(re.compile("sessions? ends?|sessions? (is|are) booked"))
    found = flaws(page, "closure review")
    page.get_by_role("button", name="Save these changes").click()
    expect(page.locator(".messages")).to_contain_text("Christmas")
    page.goto(day)
    expect(page.locator("a.calendar__day[aria-current=date]")).to_have_count(0)
    page.goto(f"{CLOSURES}/")
    edit = str(page.get_by_role("link", name="Christmas", exact=True).get_attribute("href"))
    page.goto(edit.replace("/edit/", "/delete/"))
    follow(page.get_by_role("button", name="Yes, delete"))
    page.goto(day)
    expect(page.locator("a.calendar__day[aria-current=date]")).to_have_count(1)
    assert found == []


def test_a_new_family_is_booked_by_phone_until_the_office_opens_and_the_link_sent_again(page: Page) -> None:
    sign_in(page, "editor@example.com")
    page.goto("/admin/snippets/organisation/sitesettings/")
    page.locator("#id_opens_at").fill("09:00")
    page.locator("#id_opens_at").press("Escape")
    page.locator("footer").get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator(".messages")).to_be_visible()
    page.context.clear_cookies()

    sign_in(page, "coordinator@example.com")
    page.goto("/admin/desk/phone/")
    page.get_by_label("Caregiver’s email address").fill("saturday.evening@example.com")
    page.locator("main form button[type=submit]").last.click()
    page.get_by_label("First name").fill("Sam")
    page.get_by_label("Last name").fill("Saturday")
    page.locator("main form button[type=submit]").last.click()
    page.get_by_role("link", name="Respite care at home", exact=True).click()
    before = page.locator("#calendar-month").inner_text()
    page.get_by_role("link", name="Next month").click()
    expect(page.locator("#calendar-month")).not_to_have_text(before)
    page.locator("a.calendar__day").last.click()
    page.locator("a.calendar__day[aria-current=date]").wait_for()
    page.locator("input[name=session]:enabled").first.check()
    expect(page.locator("#terms")).to_contain_text("£")
    found = flaws(page, "booking by phone")
    page.get_by_label("New person’s full name").fill("Violet Saturday")
    page.get_by_label("Their relationship").fill("mother")
    hold = page.get_by_label("How long to hold the place without a deposit")
    hold.select_option(hold.locator("option", has_text="Until the office opens").get_attribute("value"))
    page.locator("#booking-form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/desk/bookings/\d+/"))
    expect(page.locator("main")).to_contain_text("9am")
    page.get_by_role("link", name="Send a new payment link").click()
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/desk/bookings/\d+/$"))
    expect(page.locator(".messages")).to_be_visible()
    page.get_by_role("link", name="Sam Saturday").first.click()
    expect(page.get_by_role("region", name="Emails we sent").get_by_role("link")).to_have_count(3)
    assert found == []
