"""Strangers get the editors' pages from the cache, and every change of theirs is seen at once."""

import re
from contextlib import suppress
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from wagtail.images.models import Image
from wagtail.models import Page, PageViewRestriction, Site

from home.models import ContentPage, DepositPage, HomePage
from home.pages.public import PublicPage
from home.tasks import publish_scheduled
from portal.common import clock
from portal.common.page_cache import VERSION_KEY
from portal.common.templatetags.sentences import sentences
from tests.factories import BookingFactory, ServiceFactory, UserFactory
from tests.pages import signed_in

pytestmark = pytest.mark.django_db
PAGES = ["/", "/services/", "/deposit/", "/privacy/", "/accessibility/"]


def read(path: str, client: Client | None = None) -> str:
    """What a stranger, or `client`, is shown."""
    return (client or Client()).get(path).content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_costs_no_query_and_no_cookie(home: HomePage, path: str) -> None:
    ServiceFactory()
    first = Client().get(path)
    with CaptureQueriesContext(connection) as asked:
        again = Client().get(path)
    assert (len(asked), again.content) == (0, first.content)
    assert again["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert not again.cookies
    assert "csrfmiddlewaretoken" not in again.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_a_kept_page_has_no_inline_code_and_only_our_scripts(home: HomePage, path: str) -> None:
    policy = [Client().get(path)["Content-Security-Policy"] for _ in range(2)]
    assert policy[0] == policy[1]
    assert "script-src 'self';" in policy[1] + ";"
    assert "nonce" not in policy[1]
    assert {header: Client().get(path).headers[header] for header in ("X-Frame-Options", "X-Content-Type-Options")} == {
        "X-Frame-Options": "SAMEORIGIN", "X-Content-Type-Options": "nosniff",
    }  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_signed_in_nothing_is_kept_and_nothing_kept_is_shown(home: HomePage, path: str) -> None:
    mine = signed_in(UserFactory(email="cara@example.com"))
    read(path)
    shown = mine.get(path)
    assert "cara@example.com" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert "cara@example.com" not in read(path)
    assert "Sign in" in read(path)


def test_a_caregivers_deposits_are_shown_to_nobody_else(home: HomePage) -> None:
    booking = BookingFactory()
    mine = signed_in(booking.caregiver.user)
    assert booking.reference in read("/deposit/", mine)
    assert booking.reference not in read("/deposit/")
    read("/deposit/")
    assert booking.reference in read("/deposit/", mine)


def test_after_signing_out_the_message_is_shown_once_and_kept_for_nobody(home: HomePage, client: Client) -> None:
    storage = CookieStorage(RequestFactory().get("/"))
    client.cookies["messages"] = storage._encode([Message(constants.SUCCESS, "You have signed out.")])  # type: ignore[attr-defined]
    assert "You have signed out." in read("/", client)
    assert "You have signed out." not in read("/")


def test_a_visitor_who_has_opened_a_form_shares_the_pages_and_leaves_no_token(home: HomePage, client: Client) -> None:
    assert client.get("/accounts/login/").cookies["csrftoken"]
    assert read("/", client) == read("/") == read("/", client)


def test_pages_with_a_form_are_never_kept(home: HomePage) -> None:
    for path in ("/accounts/login/", "/accounts/signup/", "/library/"):
        responses = [Client().get(path) for _ in range(2)]
        assert "public" not in responses[1].get("Cache-Control", "")
        assert responses[1].get("ETag") is None


def publish(page: ContentPage, title: str) -> None:
    page.title = title
    page.save_revision().publish()


def about(home: HomePage) -> ContentPage:
    home.add_child(instance=ContentPage(title="About us", slug="about"))
    return ContentPage.objects.get(slug="about")


def test_publishing_shows_at_once_and_a_draft_does_not(home: HomePage) -> None:
    page = about(home)
    assert "<h1>About us</h1>" in read("/about/")
    page.title = "Draft"
    page.save_revision()
    assert "<h1>About us</h1>" in read("/about/")
    publish(page, "Who we are")
    assert "<h1>Who we are</h1>" in read("/about/")


def test_what_is_unpublished_or_deleted_is_gone_at_once(home: HomePage) -> None:
    page = about(home)
    read("/about/")
    page.unpublish()
    assert Client().get("/about/").status_code == 404
    page.save_revision().publish()
    read("/about/")
    page.delete()
    assert Client().get("/about/").status_code == 404


def test_a_moved_page_is_at_its_new_address_only(home: HomePage) -> None:
    page = about(home)
    shelf = home.add_child(instance=ContentPage(title="More", slug="more"))
    read("/about/")
    page.move(shelf, "last-child")
    old = Client().get("/about/")
    assert (old.status_code, old["Location"]) == (301, "/more/about/")  # Wagtail leaves a redirect there
    assert "<h1>About us</h1>" in read("/more/about/")


def test_a_renamed_page_is_at_its_new_address_only(home: HomePage) -> None:
    page = about(home)
    read("/about/")
    page.slug = "who-we-are"
    page.save_revision().publish()
    assert (Client().get("/about/").status_code, Client().get("/who-we-are/").status_code) == (404, 200)


def test_what_is_scheduled_shows_when_the_worker_publishes_it(home: HomePage) -> None:
    page = about(home)
    read("/about/")
    page.title, page.go_live_at = "Later", clock.now() + timedelta(minutes=5)
    page.save_revision().publish()
    page.go_live_at = None
    page.save_revision(approved_go_live_at=clock.now() - timedelta(minutes=1))
    publish_scheduled()
    assert "<h1>Later</h1>" in read("/about/")


def test_a_page_that_becomes_private_is_no_longer_given_out(home: HomePage) -> None:
    page = about(home)
    read("/about/")
    restriction = PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    assert Client().get("/about/")["Location"] == "/accounts/login/?next=/about/"
    restriction.restriction_type, restriction.password = PageViewRestriction.PASSWORD, "open-sesame"
    restriction.save()
    forms = [Client().get("/about/") for _ in range(2)]
    assert all("csrfmiddlewaretoken" in form.content.decode() for form in forms)
    assert forms[0].content != forms[1].content
    restriction.delete()
    assert "<h1>About us</h1>" in read("/about/")


def test_a_page_below_a_private_one_is_private_and_restrictions_are_asked_for_only_where_there_are_any(
    home: HomePage,
) -> None:
    about(home)
    asked = "/about/?made=anew"
    Client().get(asked)  # the first request learns whether anything is restricted
    with CaptureQueriesContext(connection) as free:
        Client().get(asked)
    PageViewRestriction.objects.create(page=home, restriction_type=PageViewRestriction.LOGIN)
    assert Client().get(asked).status_code == 302
    PageViewRestriction.objects.all().delete()
    elsewhere = home.add_child(instance=ContentPage(title="Elsewhere", slug="elsewhere"))
    PageViewRestriction.objects.create(page=elsewhere, restriction_type=PageViewRestriction.LOGIN)
    Client().get(asked)
    with CaptureQueriesContext(connection) as looked:
        assert Client().get(asked).status_code == 200
    assert len(looked) == len(free) + 2  # which pages are above, and which of those are restricted


@pytest.mark.parametrize("path", ["/", "/services/"])
def test_a_service_shows_its_new_price_and_goes_when_it_is_closed(home: HomePage, path: str) -> None:
    service = ServiceFactory(name="Music afternoon", price_amount=4500)
    assert "£45.00" in read(path)
    service.price_amount = 4700
    service.save()
    assert "£47.00" in read(path)
    service.active = False
    service.save()
    assert "Music afternoon" not in read(path)


@pytest.mark.parametrize("model", [Image, Site])
def test_pictures_and_sites_are_listened_to(home: HomePage, model: type, monkeypatch: pytest.MonkeyPatch) -> None:
    read("/")
    with CaptureQueriesContext(connection) as asked:
        read("/")
    assert len(asked) == 0
    Site.objects.get().save() if model is Site else Image(title="A", width=1, height=1, file="a.png").save()  # type: ignore[attr-defined]
    with CaptureQueriesContext(connection) as asked:
        read("/")
    assert len(asked) > 0


def test_another_site_of_the_same_house_has_its_own_front_page(home: HomePage, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    page = about(home)
    front = read("/")
    Site.objects.create(hostname="other.example", root_page=page)
    other = Client().get("/", headers={"host": "other.example"}).content.decode()
    assert "<h1>About us</h1>" in other
    assert read("/") == front
    assert Client().get("/", headers={"host": "other.example"}).content.decode() == other


def test_a_host_that_is_not_ours_is_refused(home: HomePage) -> None:
    read("/")
    assert Client().get("/", headers={"host": "evil.example"}).status_code == 400


def test_a_query_is_answered_and_not_kept(home: HomePage) -> None:
    shown = [Client().get("/?utm_source=leaflet") for _ in range(2)]
    with CaptureQueriesContext(connection) as asked:
        shown.append(Client().get("/?utm_source=leaflet"))
    assert len(asked) > 0
    assert {response.status_code for response in shown} == {200}


def test_a_preview_is_made_anew_and_is_private(home: HomePage, deposit_page: DepositPage) -> None:
    for page, path in ((home, "/"), (deposit_page, "/deposit/")):
        read(path)
        page.title = page.hero_heading = "Not live yet"
        preview = page.make_preview_request(RequestFactory().get(path), "")
        preview.render()
        assert "Not live yet" in preview.content.decode()
        assert "public" not in preview["Cache-Control"]
        assert "Not live yet" not in read(path)


def test_who_has_a_page_is_told_that_it_is_the_same(home: HomePage) -> None:
    etag = Client().get("/")["ETag"]
    again = Client().get("/", headers={"if-none-match": etag})
    assert again.status_code == 304
    # A browser replaces the headers of the page that it has kept by those that come with a 304.
    assert "Content-Security-Policy" not in again.headers
    home.hero_heading = "Another heading"
    home.save_revision().publish()
    fresh = Client().get("/", headers={"if-none-match": etag})
    assert (fresh.status_code, "Another heading" in fresh.content.decode()) == (200, True)


def test_every_page_type_declares_itself_public_and_what_is_kept_for_nobody_is_named_here() -> None:
    kinds = [model for model in apps.get_app_config("home").get_models() if issubclass(model, Page)]
    assert [kind for kind in kinds if not issubclass(kind, PublicPage)] == []
    assert {kind.__name__ for kind in kinds if not vars(kind).get("keeps_for_strangers", True)} == {
        "ContactPage",
        "ServicePage",
    }


def test_a_change_that_is_rolled_back_forgets_nothing(home: HomePage, settings: Settings) -> None:
    database = "django.core.cache.backends.db.DatabaseCache"
    settings.CACHES = {**settings.CACHES, "shared": {"BACKEND": database, "LOCATION": "portal_shared_cache"}}
    call_command("createcachetable")
    page = about(home)
    read("/about/")
    before = caches["shared"].get(VERSION_KEY)
    with suppress(ZeroDivisionError), transaction.atomic():
        publish(page, "Never")
        _ = 1 / 0
    assert (caches["shared"].get(VERSION_KEY), "Never" in read("/about/")) == (before, False)
    publish(ContentPage.objects.get(slug="about"), "Now")
    assert (caches["shared"].get(VERSION_KEY) == before, "Now" in read("/about/")) == (False, True)


@pytest.mark.parametrize(
    ("heading", "parts"),
    [
        (
            "Looking after someone? Let us look after a few hours.",
            ["Looking after someone?", "Let us look after a few hours."],
        ),
        ("Care at home", ["Care at home"]),
        ("A dot.com, e.g. this", ["A dot.com, e.g.", "this"]),
        ("", [""]),
    ],
)
def test_the_heading_breaks_between_its_sentences(heading: str, parts: list[str]) -> None:
    assert sentences(heading) == parts


def test_the_home_pages_heading_is_read_as_it_was_written(home: HomePage) -> None:
    home.hero_heading = "Tired? <b>Rest</b> a while."
    home.save_revision().publish()
    heading = read("/").split('<h1 id="hero-heading">')[1].split("</h1>")[0]
    assert heading.count('<span class="hero__sentence">') == 2
    assert " ".join(re.sub(r"</?span[^>]*>", "", heading).split()) == "Tired? &lt;b&gt;Rest&lt;/b&gt; a while."
