"""A coordinator's day in a browser: finding a family, correcting it, the register, a session that is cancelled."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.e2e.conftest import Stack, book, expect_paid, fill_card, follow, press_pay, sign_in
from tests.e2e.test_account_pages import flaws
from tests.e2e.test_disputes import shown
from tests.e2e.test_paying import VISA

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]
PHONE = "07911 123461"


@pytest.fixture
def reference(page: Page) -> str:
    """A booking of the demo's caregiver, paid."""
    sign_in(page)
    made = book(page)
    fill_card(page, VISA)
    press_pay(page)
    expect_paid(page)
    page.context.clear_cookies()
    return made


def search(page: Page, typed: str) -> None:
    """Through the box on the care desk."""
    page.goto("/admin/desk/")
    page.get_by_role("search").get_by_role("searchbox").last.fill(typed)
    page.get_by_role("search").get_by_role("button", name="Search").last.click()
    page.wait_for_url(re.compile("/desk/search/"))


def family(page: Page) -> str:
    """The address of Amara Okafor's family."""
    search(page, "Oka")
    link = page.get_by_role("link", name="Amara Okafor", exact=True).first
    return str(link.get_attribute("href"))


def test_a_family_is_found_corrected_and_found_by_the_new_number(page: Page) -> None:
    sign_in(page, "coordinator@example.com")
    address = family(page)
    found = flaws(page, "search")
    page.goto(address)
    found += flaws(page, "family")
    page.get_by_role("link", name="Change contact details").click()
    page.get_by_label("Phone number").wait_for()
    found += flaws(page, "contact")
    page.get_by_label("Phone number").fill(PHONE)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("+44 7911 123461")
    page.get_by_role("link", name=re.compile("Change details for Rose")).click()
    page.get_by_label("Care needs").wait_for()
    found += flaws(page, "person")
    page.get_by_label("Care needs").fill("Walks with a frame since June.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("region", name="Changes")).to_contain_text("Walks with a frame since June.")
    page.get_by_label("New note").fill("Rang about the summer.")
    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_role("region", name="Staff notes")).to_contain_text("Rang about the summer.")
    for typed in (PHONE, "+447911123461", "Rose", "Okafro", "caregiver@example.com"):
        search(page, typed)
        expect(page.get_by_role("link", name="Amara Okafor", exact=True).first).to_be_visible()
    page.goto(address)
    page.get_by_role("region", name="Emails we sent").get_by_role("link").first.click()
    page.get_by_text("Back to Amara Okafor").wait_for()
    found += flaws(page, "email")
    assert found == []


def test_the_box_in_the_menu_searches_families(page: Page) -> None:
    sign_in(page, "coordinator@example.com")
    page.goto("/admin/")
    box = page.get_by_role("search").get_by_role("textbox").first
    box.fill("Okafor")
    box.press("Enter")
    page.wait_for_url(re.compile("/desk/search/\\?q=Okafor"))
    expect(page.get_by_role("heading", name="Families")).to_be_visible()


def test_the_register_is_printed_and_taken_away(page: Page, reference: str, tmp_path: Path) -> None:
    sign_in(page, "coordinator@example.com")
    search(page, reference)
    follow(page.get_by_role("link", name=reference, exact=True))
    found = flaws(page, "booking")
    expect(page.locator("main")).to_contain_text("Booking history")
    follow(page.locator("dd a").first)
    session = page.url
    found += flaws(page, "session")
    page.goto(session)
    day = re.search(r"\d{4}-\d\d-\d\d", str(page.locator("main time").first.get_attribute("datetime")))
    assert day is not None
    page.goto(f"/admin/desk/?day={day[0]}")
    found += flaws(page, "day")
    follow(page.get_by_role("link", name="Register", exact=True))
    found += flaws(page, "register")
    people = page.locator("main tbody th").all_inner_texts()
    assert people
    pdf = PdfReader(BytesIO(page.pdf()))
    paper = " ".join(" ".join(sheet.extract_text() for sheet in pdf.pages).split())
    assert [name for name in people if name not in paper] == []
    for furniture in ("Book by phone", "Download as XLSX", "Dashboard", "Settings"):
        assert furniture not in paper
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as XLSX").click()
    download.value.save_as(tmp_path / "register.xlsx")
    head, *rows = load_workbook(tmp_path / "register.xlsx").active.iter_rows(values_only=True)
    assert sorted(str(row[head.index("Person")]) for row in rows) == sorted(people)
    assert found == []


def test_who_was_booked_and_told_stays_in_sight_after_cancelling(page: Page, stack: Stack, reference: str) -> None:
    sign_in(page, "coordinator@example.com")
    search(page, reference)
    follow(page.get_by_role("link", name=reference, exact=True))
    follow(page.locator("dd a").first)
    session = page.url
    page.get_by_role("link", name="Cancel this session").click()
    page.get_by_label("Message to everyone").fill("Our carer is ill.")
    follow(page.get_by_role("button", name="Cancel session"))
    password = page.get_by_label("Password", exact=True)
    if password.count():
        password.fill("demo-portal-2026")
        follow(page.get_by_role("button", name="Confirm"))
        page.get_by_role("button", name="Cancel session").click()
    page.wait_for_url(session)
    shown(page, session, "Email to caregiver@example.com")  # the last of those who were booked
    affected = page.get_by_role("region", name="Who was booked")
    expect(affected).to_contain_text("caregiver@example.com")
    expect(affected).to_contain_text("Cancelled")
    assert flaws(page, "cancelled session") == []
