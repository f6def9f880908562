"""Landing, news, questions, people, contact and legal pages; the blocks; search; cards of shared links."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import Settings
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import Page, PageViewRestriction

from home.models import (
    ContactMessage,
    ContactPage,
    ContentPage,
    HomePage,
    LandingPage,
    LegalPage,
    NewsIndexPage,
    NewsPage,
    PeoplePage,
    QuestionsPage,
)
from home.pages.blocks import BodyBlock
from home.privacy import RETENTION, erase, export
from home.tasks import publish_scheduled
from ops.demo import content
from portal.accounts.roles import Role
from portal.common import clock
from portal.media_library.enums import Access, Kind
from portal.notifications.models import Notification
from tests.factories import MediaItemFactory, UserFactory
from tests.pages import Elements, signed_in
from tests.unit.portal.uploads.samples import picture

pytestmark = pytest.mark.django_db
MORE = dict(content.MORE_PAGES)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def read(path: str, client: Client | None = None) -> str:
    return (client or Client()).get(path).content.decode()


def live(parent: Page, page: Page) -> Any:
    parent.add_child(instance=page).save_revision().publish()
    return page


def with_body(home: HomePage, *blocks: tuple[str, Any]) -> str:
    live(home, ContentPage(title="About", slug="about", body=list(blocks)))
    return read("/about/")


@pytest.fixture
def news(home: HomePage) -> NewsIndexPage:
    return live(home, NewsIndexPage(**content.NEWS_LIST))  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (LandingPage, "Three hours that are yours"),
        (QuestionsPage, "Do I need a referral?"),
        (PeoplePage, "Lead coordinator"),
        (ContactPage, "Send message"),
        (LegalPage, "In force since 1 February 2026."),
    ],
)
def test_each_page_type_shows_what_the_editor_wrote(home: HomePage, model: type[Page], words: str) -> None:
    page = live(home, model(**MORE[model.__name__]))
    with time_machine.travel(NOON, tick=False):
        shown = read(page.url)
    assert words in shown
    assert f"<title>{page.title} · Hearth &amp; Hand</title>" in shown


# News


def article(news: NewsIndexPage, title: str, day: date, **fields: Any) -> NewsPage:
    made = NewsPage(title=title, slug=title.lower(), date=day, introduction=f"<p>{title}</p>", **fields)
    return live(news, made)  # type: ignore[no-any-return]


def titles(shown: str) -> list[str]:
    return [title for title in ("Spring", "Summer", "Autumn") if f">{title}</a>" in shown]


def test_news_are_listed_newest_first_ten_a_page(news: NewsIndexPage) -> None:
    for number in range(11):
        article(news, f"Old{number}", date(2020, 1, 1))
    article(news, "Spring", date(2026, 4, 1))
    article(news, "Summer", date(2026, 7, 1))
    first = read("/news/")
    assert first.index(">Summer<") < first.index(">Spring<")
    assert (first.count("news__item"), read("/news/?page=2").count("news__item")) == (10, 3)
    assert read("/news/?page=999") == read("/news/?page=2").replace("?page=2", "?page=999")


def test_an_empty_list_of_news_says_so(news: NewsIndexPage) -> None:
    assert "There’s no news yet." in read("/news/")


def test_a_scheduled_article_is_published_and_listed_when_its_time_comes(news: NewsIndexPage) -> None:
    page = news.add_child(instance=NewsPage(title="Spring", slug="spring", introduction="<p>x</p>", live=False))
    assert titles(read("/news/")) == []
    page.go_live_at = clock.now() + timedelta(hours=1)
    page.save_revision().publish()
    publish_scheduled()
    assert titles(read("/news/")) == []
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        publish_scheduled()
        assert titles(read("/news/")) == ["Spring"]
        assert Client().get("/news/spring/").status_code == 200


def test_what_not_everybody_may_read_is_not_listed(news: NewsIndexPage) -> None:
    article(news, "Spring", date(2026, 4, 1)).unpublish()
    private = article(news, "Summer", date(2026, 7, 1))
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    assert titles(read("/news/")) == []


# Legal pages


@pytest.fixture
def terms(home: HomePage) -> LegalPage:
    with time_machine.travel(NOON, tick=False):
        return live(home, LegalPage(**MORE["LegalPage"]))  # type: ignore[no-any-return]


def changed(page: LegalPage, versions: list[dict[str, Any]]) -> None:
    with time_machine.travel(NOON, tick=False):
        page.versions = [("version", {"changes": "", **version}) for version in versions]
        page.full_clean()
        page.save_revision().publish()


def stored(page: LegalPage) -> list[dict[str, Any]]:
    return [dict(block.value) for block in page.versions]


@pytest.mark.parametrize(
    ("day", "sentence", "moving"),
    [
        ("2025-03-31", "This version will be in force from 1 April 2025.", False),
        ("2025-04-01", "In force since 1 April 2025.", False),
        ("2026-01-31", "In force since 1 April 2025.", False),
        ("2026-02-01", "In force since 1 February 2026.", True),
    ],
)
def test_the_version_of_the_day_is_shown(terms: LegalPage, day: str, sentence: str, moving: bool) -> None:
    with time_machine.travel(f"{day}T12:00:00Z", tick=False):
        shown = read("/terms/")
    assert (sentence in shown, "<h2>Moving</h2>" in shown) == (True, moving)


def test_what_was_in_force_before_stays_readable(terms: LegalPage) -> None:
    with time_machine.travel(NOON, tick=False):
        earlier = read("/terms/?version=2025-04-01")
        assert "This is an earlier version, in force from 1 April 2025." in earlier
        assert "<h2>Moving</h2>" not in earlier
        for nonsense in ("2025-04-02", "2025-99-99", "x"):
            assert Client().get("/terms/", {"version": nonsense}).status_code == 404


def test_a_new_version_is_added_and_announced(terms: LegalPage) -> None:
    changed(terms, [*stored(terms), {"in_force_from": date(2027, 1, 1), "text": "<p>New</p>"}])
    with time_machine.travel(NOON, tick=False):
        assert "In force since 1 February 2026." in read("/terms/")
        assert "This version will be in force from 1 January 2027." in read("/terms/?version=2027-01-01")


@pytest.mark.parametrize("damage", ["reworded", "redated", "removed"])
def test_a_version_that_has_been_in_force_stays_as_it_was(terms: LegalPage, damage: str) -> None:
    first, second = stored(terms)
    if damage == "reworded":
        first["text"] = "<p>Something else</p>"
    elif damage == "redated":
        first["in_force_from"] = date(2025, 5, 1)
    with pytest.raises(ValidationError, match="The version of 1 April 2025 has been in force"):
        changed(terms, [second] if damage == "removed" else [first, second])


def test_two_versions_cannot_begin_on_one_day(terms: LegalPage) -> None:
    with pytest.raises(ValidationError, match="begin on the same day"):
        changed(terms, [*stored(terms), {"in_force_from": date(2026, 2, 1), "text": "<p>x</p>"}])


# The contact form

SENT = {"name": "Grace Bell", "email": "grace@example.com", "phone": "0117 496 0321", "message": "Is Thursday free?"}


@pytest.fixture
def contact(home: HomePage) -> ContactPage:
    return live(home, ContactPage(**MORE["ContactPage"]))  # type: ignore[no-any-return]


def coordinator() -> Any:
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name=Role.COORDINATOR.value))
    return user


def test_a_message_is_kept_and_mailed_to_the_coordinators(contact: ContactPage) -> None:
    user = coordinator()
    reply = Client().post("/contact/", SENT, follow=True)
    assert "We’ve received your message" in reply.content.decode()
    [kept] = ContactMessage.objects.all()
    assert (kept.name, kept.email, kept.phone, kept.message, kept.answered) == (*SENT.values(), False)
    [mail] = Notification.objects.filter(template="contact_received")
    assert (mail.recipient, mail.context["message"]) == (user, "Is Thursday free?")


def test_what_a_program_fills_in_is_thrown_away_with_a_thank_you(contact: ContactPage) -> None:
    reply = Client().post("/contact/", SENT | {"website": "https://spam.example"}, follow=True)
    assert "We’ve received your message" in reply.content.decode()
    assert ContactMessage.objects.count() == Notification.objects.filter(template="contact_received").count() == 0


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Enter your name."),
        ("email", "", "Enter your email address."),
        ("email", "grace", "Enter an email address in the correct format"),
        ("message", " ", "Enter your message."),
        ("message", "x" * 4001, "at most 4000 characters"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(
    contact: ContactPage, field: str, value: str, sentence: str
) -> None:
    reply = Client().post("/contact/", SENT | {field: value})
    page = reply.content.decode()
    assert (reply.status_code, sentence in page, "error-summary" in page) == (422, True, True)
    assert "0117 496 0321" in page
    assert ContactMessage.objects.count() == 0


def test_too_many_messages_from_one_client_are_refused(contact: ContactPage, settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "contact": "2/h/client"}
    assert [Client().post("/contact/", SENT).status_code for _ in range(3)] == [302, 302, 429]


def test_the_form_needs_its_token_and_is_kept_for_nobody(contact: ContactPage) -> None:
    assert Client(enforce_csrf_checks=True).post("/contact/", SENT).status_code == 403
    assert "no-store" in Client().get("/contact/")["Cache-Control"]


def test_somebody_signed_in_finds_name_and_address_filled_in(contact: ContactPage) -> None:
    mine = signed_in(UserFactory(email="cara@example.com", first_name="Cara", last_name="Moss"))
    values = {field.get("name"): field.get("value") for field in Elements(read("/contact/", mine)).all("input")}
    assert (values["name"], values["email"]) == ("Cara Moss", "cara@example.com")


def test_messages_are_in_the_copy_of_ones_data_and_go_with_the_account(contact: ContactPage) -> None:
    coordinator()
    user = UserFactory(email="grace@example.com")
    Client().post("/contact/", SENT)
    Client().post("/contact/", SENT | {"email": "other@example.com"})
    assert [entry["message"] for entry in export(user) if "message" in entry] == ["Is Thursday free?"]
    erase(user)
    assert [kept.email for kept in ContactMessage.objects.all()] == ["other@example.com"]
    words = Notification.objects.filter(template="contact_received").order_by("pk").values_list("context", flat=True)
    assert [context.get("email") for context in words] == [None, "other@example.com"]


def test_messages_go_after_a_year(contact: ContactPage) -> None:
    [rule] = [rule for rule in RETENTION if rule.key == "contact"]
    for days in (366, 364):
        with time_machine.travel(NOON - timedelta(days=days), tick=False):
            Client().post("/contact/", SENT | {"message": str(days)})
    [trim] = rule.trims
    assert rule.days == 365
    trim(NOON - timedelta(days=365), 0)
    assert [kept.message for kept in ContactMessage.objects.all()] == ["364"]


def test_coordinators_mark_a_message_as_answered_and_change_nothing_else(
    contact: ContactPage, settings: Settings
) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    Client().post("/contact/", SENT)
    kept = ContactMessage.objects.get()
    desk, address = signed_in(coordinator()), f"/admin/snippets/home/contactmessage/edit/{kept.pk}/"
    assert "Is Thursday free?" in read(address, desk)
    assert desk.post(address, {"answered": "on", "message": "changed"}).status_code == 302
    kept.refresh_from_db()
    assert (kept.answered, kept.message) == (True, "Is Thursday free?")


# Blocks


def test_a_call_to_action_has_no_button_while_its_page_is_not_published(home: HomePage) -> None:
    hidden = live(home, ContentPage(title="Hidden", slug="hidden"))
    value = {"heading": "Look", "text": "", "button_label": "Go there", "link_page": hidden, "link_url": ""}
    live(home, ContentPage(title="About", slug="about", body=[("call_to_action", value)]))
    assert "Go there" in read("/about/")
    hidden.unpublish()
    assert "Go there" not in read("/about/")


@pytest.mark.parametrize(("access", "visible", "shown"), [
    (Access.PUBLIC, True, True), (Access.SIGNED_IN, True, False), (Access.PUBLIC, False, False),
])  # fmt: skip
def test_an_item_of_the_library_is_shown_while_everybody_may_open_it(
    home: HomePage, access: Access, visible: bool, shown: bool
) -> None:
    item = MediaItemFactory(kind=Kind.IMAGE, alternative_text="Its own", access=access, visible=visible)
    page = with_body(home, ("media", {"item": item, "description": "Here it is a garden", "caption": "May"}))
    found = [image.get("alt") for image in Elements(page).all("img") if image.get("class") == "media"]
    assert found == (["Here it is a garden"] if shown else [])
    if shown:
        item.visible = False
        item.save()
        assert "Here it is a garden" not in read("/about/")


def test_a_picture_is_described_for_its_use(home: HomePage) -> None:
    image = Image.objects.create(title="IMG_0042", file=ContentFile(picture(), name="a.jpg"))
    value = {
        "image": image,
        "description": "The garden in May",
        "caption": "",
        "text": "<p>x</p>",
        "image_side": "left",
    }
    page = with_body(home, ("image_and_text", value))
    assert "The garden in May" in [found.get("alt") for found in Elements(page).all("img")]
    assert "IMG_0042" not in page


def test_a_table_has_a_caption_and_headings(home: HomePage) -> None:
    [(_kind, value)] = [(b["type"], b["value"]) for b in content.NEWS["body"] if b["type"] == "table"]
    live(home, NewsIndexPage(**content.NEWS_LIST)).add_child(instance=NewsPage(**content.NEWS))
    page = read("/news/garden-room/")
    assert f"<caption>{value['caption']}</caption>" in page
    assert page.count('<th scope="col">') == 2
    assert page.count('<th scope="row">') == 2


def test_a_document_says_its_type_and_size(home: HomePage) -> None:
    document = Document.objects.create(title="Leaflet", file=ContentFile(b"x" * 2048, name="leaflet.txt"))
    page = with_body(home, ("document", {"document": document, "label": ""}))
    assert "Leaflet</a>" in page
    assert "(TXT, 2.0\xa0KB)" in page


def test_every_block_has_a_preview(home: HomePage, settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    call_command("bootstrap_site", verbosity=0)
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name=Role.EDITOR.value))
    editor = signed_in(user)
    for name, block in BodyBlock().child_blocks.items():
        assert block.is_previewable, name
        stored_block = ContentPage._meta.get_field("body").stream_block.child_blocks[name]
        shown = editor.get("/admin/block-preview/", {"id": stored_block.definition_prefix})
        assert (name, shown.status_code, "portal.css" in shown.content.decode()) == (name, 200, True)


# Search


def found(query: str, **more: str) -> list[str]:
    page = read("/search/?" + "&".join(f"{key}={value}" for key, value in {"q": query, **more}.items()))
    start = page.find('class="plain-list results"')
    return [] if start < 0 else [link["href"] for link in Elements(page[start:]).all("a")]


def test_search_finds_words_of_public_pages_and_no_others(home: HomePage) -> None:
    shown = live(
        home, ContentPage(title="Parking", slug="parking", body=[("rich_text", "<p>A marquee in the yard</p>")])
    )
    hidden = live(home, ContentPage(title="Marquee plans", slug="plans"))
    assert {"/parking/", "/plans/"} <= set(found("marquee"))
    hidden.unpublish()
    assert "/plans/" not in found("marquee")
    PageViewRestriction.objects.create(page=shown, restriction_type=PageViewRestriction.LOGIN)
    assert found("marquee") == []


@pytest.mark.parametrize("query", ["zzzz", "%00", "' OR 1=1 --", "*" * 300, "🎈"])
def test_a_search_without_results_says_what_to_do(home: HomePage, query: str) -> None:
    shown = Client().get("/search/", {"q": query})
    assert shown.status_code == 200
    assert "We found no pages" in shown.content.decode() or query == "%00"


def test_results_are_paged(home: HomePage) -> None:
    for number in range(12):
        live(home, ContentPage(title=f"Marquee {number}", slug=f"m{number}"))
    assert "12 pages found" in read("/search/?q=marquee")
    assert len([href for href in found("marquee", page="2") if href.startswith("/m")]) == 2


def test_searching_is_limited(home: HomePage, settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "search": "2/m/client"}
    assert [Client().get("/search/?q=care").status_code for _ in range(3)] == [200, 200, 429]
    assert Client().get("/search/").status_code == 200


# Shared links, the user bar, redirects


def test_a_shared_link_has_title_description_and_picture(news: NewsIndexPage) -> None:
    image = Image.objects.create(title="Garden", file=ContentFile(picture(), name="a.jpg"))
    article(news, "Spring", date(2026, 4, 1), picture=image, search_description="What is new")
    shown = Elements(read("/news/spring/")).all("meta")
    card = {meta["property"]: meta["content"] for meta in shown if meta.get("property", "").startswith("og:")}
    assert (card["og:title"], card["og:description"], card["og:site_name"]) == (
        "Spring", "What is new", "Hearth & Hand",
    )  # fmt: skip
    assert card["og:image"].startswith("http://")
    assert (card["og:image:width"], card["og:image:height"]) == ("64", "34")  # no larger than it is


def test_staff_have_wagtails_bar_and_nobody_else(home: HomePage, settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    call_command("bootstrap_site", verbosity=0)
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name=Role.EDITOR.value))
    answer = signed_in(user).get("/")
    assert "wagtail-userbar" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert "wagtail-userbar" not in read("/", signed_in(UserFactory()))
    assert "wagtail-userbar" not in read("/")
