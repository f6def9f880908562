"""What surrounds a booking: details for carers, notes, feedback, removing a person, moving to another time."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import follow, sign_in
from tests.e2e.test_account_pages import flaws

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]


def booking_of(page: Page, service: str) -> str:
    """The address of the demo caregiver's last booking of `service`, past ones included."""
    page.goto("/dashboard/")
    address = page.get_by_role("link", name=service, exact=True).last.get_attribute("href")
    assert address is not None
    return address


def test_pages_about_a_booking_to_come_pass_axe_and_fit_a_phone(page: Page) -> None:
    sign_in(page)
    page.goto("/dashboard/")
    address = page.get_by_role("link", name="Day programme at Orchard House", exact=True).first.get_attribute("href")
    found = []
    for name in ("", "details/", "details/?change=1", "notes/", "move/", "cancel/"):
        page.goto(f"{address}{name}")
        found += flaws(page, name or "booking")
    assert found == []


def test_feedback_is_given_and_kept(page: Page) -> None:
    sign_in(page)
    address = booking_of(page, "Overnight respite")
    page.goto(f"{address}feedback/")
    found = flaws(page, "feedback")
    for question in page.locator("main fieldset").all():
        question.get_by_role("radio").first.check()
    page.get_by_role("button", name="Send feedback").click()
    page.wait_for_url(re.compile(f"{address}$"))
    found += flaws(page, "feedback sent")
    page.goto(f"{address}feedback/")
    expect(page.locator("main fieldset input:checked")).to_have_count(page.locator("main fieldset").count())
    assert found == []


def test_a_person_with_a_booking_to_come_is_not_removed(page: Page) -> None:
    sign_in(page)
    page.goto("/people/")
    follow(page.get_by_role("link", name=re.compile("Remove.*Rose")))
    found = flaws(page, "remove")
    expect(page.locator("main")).to_contain_text("Day programme at Orchard House")
    page.goto("/people/")
    expect(page.locator("main")).to_contain_text("Rose Okafor")
    assert found == []
