"""What an editor does in a day: the organisation's details and menus, news, wording, films, and pages that go."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import follow, sign_in
from tests.e2e.test_account_pages import flaws

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e of staff")]
NEW_PAGES = (
    "/first-afternoon/", "/questions/", "/our-people/", "/contact/", "/terms/", "/news/", "/news/garden-room/",
    "/search/?q=deposit", "/search/?q=zzzz",
)  # fmt: skip
MEDIA = Path(__file__).parents[2] / "ops/demo/media"


def publish(page: Page, name: str = "Publish") -> None:
    """By the menu beside Save draft."""
    page.locator("footer").get_by_role("button", name="More actions").click()
    follow(page.get_by_role("button", name=name, exact=True))
    expect(page.locator(".messages .success, .w-message--success, .messages li").first).to_be_visible()


def editing(page: Page, title: str) -> None:
    """Open the page of that title for editing."""
    page.goto(f"/admin/pages/search/?q={title}")
    follow(page.locator("table").get_by_role("link", name=title, exact=True).first)
    if "/edit/" not in page.url:
        page.get_by_role("link", name="Edit", exact=True).first.click()
    page.wait_for_url(re.compile("/edit/"))


def look(page: Page, path: str) -> str:
    """The page at `path` as a stranger gets it."""
    address = page.evaluate("location.origin") + path
    assert page.context.browser
    context = page.context.browser.new_context()
    stranger = context.new_page()
    stranger.goto(address)
    content = stranger.content()
    context.close()
    return content


def test_phone_number_footer_and_menu_are_changed(page: Page) -> None:
    sign_in(page, "editor@example.com")
    page.goto("/admin/snippets/organisation/sitesettings/")
    page.get_by_role("textbox", name="Phone number").fill("0117 496 0555")
    page.get_by_role("tab", name="Menu and footer").click()
    page.locator("[name='menu-2-value-label']").fill("Book now")
    page.locator("[name='footer-0-value-label']").fill("About deposits")
    publish(page)
    shown = look(page, "/")
    for words in ("0117 496 0555", "Book now", "About deposits"):
        assert words in shown


def test_a_news_page_with_a_picture_is_written_and_scheduled(page: Page) -> None:
    sign_in(page, "editor@example.com")
    editing(page, "News")
    page.goto(re.sub(r"/(\d+)/edit/.*", r"/add/home/newspage/\1/", page.url))
    page.locator("#id_title").fill("A day by the sea")
    page.locator("#panel-child-content-introduction-section [contenteditable=true]").fill("We went to Clevedon.")
    page.get_by_role("button", name="Choose an image").click()
    page.get_by_role("tab", name="Upload").click()
    page.locator("#id_image-chooser-upload-title").fill("The sea")
    page.locator("#id_image-chooser-upload-file").set_input_files(MEDIA / "orchard-house.jpg")
    page.get_by_role("dialog").get_by_role("button", name="Upload").click()
    expect(page.locator(".modal-dialog")).to_have_count(0)
    page.wait_for_url(re.compile(r"/\d+/edit/"))  # saved by itself: saving at the same moment would create it twice
    page.get_by_role("button", name="Toggle status").click()
    page.get_by_role("button", name=re.compile("Set schedule")).click()
    page.locator("#id_go_live_at").evaluate(
        "field => field.value = '2040-06-01 09:00'"
    )  # its calendar lies over the button
    page.get_by_role("button", name="Save schedule").click()
    expect(page.locator(".messages").get_by_text("has been updated").first).to_be_visible()
    publish(page, "Schedule to publish")
    assert "A day by the sea" not in look(page, "/news/")
    editing(page, "A day by the sea")
    expect(page.get_by_text("2040").first).to_be_attached()


def test_processing_and_the_password_email_are_reworded_previewed_and_approved(page: Page) -> None:
    sign_in(page, "editor@example.com")
    for listing, name in (
        ("/admin/snippets/notifications/pagetext/", "Deposit: payment processing"),
        ("/admin/snippets/notifications/messagetext/", "Choose a new password"),
    ):
        page.goto(listing)
        page.evaluate("localStorage.clear()")  # or the preview stays open from one page to the next
        page.get_by_role("link", name=name, exact=True).click()
        page.locator("#id_body").press("Control+End")
        page.locator("#id_body").type(" We’ll be quick.")
        page.get_by_role("button", name="Toggle preview").click()
        frame = page.frame_locator("#w-preview-iframe")
        expect(frame.get_by_text("We’ll be quick.").first).to_be_visible(timeout=60_000)
        page.locator("footer").get_by_role("button", name="More actions").click()
        follow(page.get_by_role("button", name=re.compile("Submit")))
    page.context.clear_cookies()
    sign_in(page, "admin@example.com")
    for _each in range(2):
        page.goto("/admin/reports/workflow/?status=in_progress")
        page.locator("table").get_by_role("link", name=re.compile("payment processing|new password")).first.click()
        page.wait_for_url(re.compile("/edit/"))
        page.locator("footer").get_by_role("button", name="More actions").click()
        follow(page.get_by_role("button", name=re.compile("^Approve and Publish$", re.IGNORECASE)).first)
    page.goto("/admin/snippets/notifications/pagetext/")
    page.get_by_role("link", name="Deposit: payment processing", exact=True).click()
    expect(page.locator("#id_body")).to_have_value(re.compile("We’ll be quick"))


def test_a_page_that_is_unpublished_leaves_the_footer(page: Page) -> None:
    sign_in(page, "editor@example.com")
    assert 'href="/our-people/"' in look(page, "/")
    editing(page, "Our people")
    page.locator("footer").get_by_role("button", name="More actions").click()
    page.get_by_role("link", name="Unpublish").click()
    follow(page.get_by_role("button", name="Yes, unpublish it"))
    assert 'href="/our-people/"' not in look(page, "/")
    editing(page, "Our people")
    publish(page)
    assert 'href="/our-people/"' in look(page, "/")


def test_new_pages_pass_axe_and_fit_a_phone(page: Page) -> None:
    found = []
    for address in NEW_PAGES:
        page.goto(address)
        found += flaws(page, address.strip("/").replace("/", "-"))
    assert found == []


def test_a_film_for_a_service_gets_captions_and_a_poster_in_the_browser(page: Page) -> None:
    sign_in(page, "editor@example.com")
    page.goto("/admin/snippets/media_library/mediaitem/add/")
    page.locator("#id_title").fill("Before we come")
    page.locator("#id_summary").fill("What to have ready before the first visit.")
    page.locator("#id_file").set_input_files(MEDIA / "your-first-respite-visit.mp4")
    page.get_by_role("button", name="Use this picture").click()
    expect(page.get_by_text("✓")).to_be_visible()
    page.locator("#id_captions").fill("WEBVTT\n\n00:01.000 --> 00:03.000\nHave the medicines ready.")
    page.locator("#id_access").select_option("booked")
    page.get_by_role("button", name=re.compile("Choose service", re.IGNORECASE)).click()
    page.get_by_role("link", name="Respite care at home").click()
    expect(page.locator(".modal-dialog")).to_have_count(0)
    page.locator("footer").get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile("/mediaitem/(\\?|$)"))
    page.get_by_role("link", name="Before we come").click()
    expect(page.locator("#id_captions")).to_have_value(re.compile("Have the medicines ready"))
    expect(page.locator("#panel-child-file-child-poster-section img, [id*=poster] img").first).to_be_visible()
