"""What editors publish about the organisation is what pages, emails, papers and calendars say."""

from datetime import UTC, datetime, time, timedelta
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader
from pytest_django.fixtures import Settings
from wagtail.images.models import Image
from wagtail.models import ModelLogEntry, Page

from home.models import ContentPage, HomePage
from home.tasks import publish_scheduled
from payments.documents import documents_of
from payments.models import Payment
from payments.pdf import document_as_pdf
from portal.accounts.roles import Role
from portal.notifications.domain.render import rendered
from portal.organisation.models import SiteSettings
from portal.organisation.profile import site_profile
from tests.factories import UserFactory
from tests.pages import Elements, signed_in
from tests.unit.portal.uploads.samples import picture

pytestmark = pytest.mark.django_db
EDIT = "wagtailsnippets_organisation_sitesettings:edit"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def home(settings: Settings, db: None, installed_site: None) -> HomePage:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    return HomePage.objects.get()


def keeper(role: Role = Role.EDITOR) -> Client:
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name=role.value))
    return signed_in(user)


def published(**values: object) -> SiteSettings:
    row = SiteSettings.objects.get()
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    row.save_revision().publish()
    return row


def front(path: str = "/") -> str:
    return Client().get(path).content.decode()


def links(page: str) -> list[str]:
    return [link["href"] for link in Elements(page).all("a")]


def form_of(row: SiteSettings, **values: str) -> dict[str, str]:
    """What the form posts: links as Wagtail's stream field writes them."""
    menu = [("page", value["page"].pk, "Start") for value in [{"page": Page.objects.get(slug="services")}]]
    return {
        "name": "Rosebank Carers", "phone": "0131 496 0000", "hours": "Every day, 8am to 8pm",
        "email": "care@rosebank.example", "address": "1 Rose Bank\nEdinburgh", "registration": "Charity SC000000",
        "urgent": "In danger, call 112.", "logo": "", "share_image": "", "accent": "#1f5fa8", "accent_dark": "#a9d2f1",
        "footer_colour": "#10243f", "opens_at": "08:00", "open_at_weekends": "on", "banner_text": "Closed on Monday.",
        "banner_page": str(Page.objects.get(slug="privacy").pk), "banner_starts_at": "2026-11-20 09:00",
        "banner_ends_at": "2027-01-02 09:00",
        "menu-count": "2",
        "menu-0-deleted": "", "menu-0-order": "0", "menu-0-type": "page", "menu-0-id": "",
        "menu-0-value-page": str(menu[0][1]), "menu-0-value-label": menu[0][2],
        "menu-1-deleted": "", "menu-1-order": "1", "menu-1-type": "address", "menu-1-id": "",
        "menu-1-value-address": "https://elsewhere.example/jobs", "menu-1-value-label": "Work with us",
        "footer-count": "1",
        "footer-0-deleted": "", "footer-0-order": "0", "footer-0-type": "page", "footer-0-id": "",
        "footer-0-value-page": str(Page.objects.get(slug="accessibility").pk), "footer-0-value-label": "",
        **values,
    }  # fmt: skip


def stored_picture() -> Image:
    return Image.objects.create(title="Logo", file=ContentFile(picture(), name="logo.jpg"))


def test_an_editor_changes_every_setting_publishes_and_a_visitor_sees_it(home: HomePage, paid: Payment) -> None:
    editor, row, logo = keeper(), SiteSettings.objects.get(), stored_picture()
    address = reverse(EDIT, args=[row.pk])
    form = form_of(row, logo=str(logo.pk), share_image=str(logo.pk))
    with time_machine.travel(NOON, tick=False):
        assert editor.post(address, form).status_code == 302  # a draft
        assert "Rosebank" not in front()
        assert editor.post(address, form | {"action-publish": "publish"}).status_code == 302
        page = front()
    elements = Elements(page)
    for words in ("Rosebank Carers", "0131 496 0000", "Every day, 8am to 8pm", "1 Rose Bank<br>Edinburgh",
                  "In danger, call 112.", "Closed on Monday.", "Work with us"):  # fmt: skip
        assert words in page
    assert "mailto:care@rosebank.example" in links(page)
    assert links(page).count("/privacy/") == 1  # of the banner
    menu = page[page.index('aria-label="Main"') : page.index("nav--menu")]
    assert links(menu)[:2] == ["/services/", "https://elsewhere.example/jobs"]
    assert "/accessibility/" in links(page[page.index("site-footer") :])
    assert [image["src"] for image in elements.all("img") if image.get("class") == "brand__logo"] == [
        logo.get_rendition("max-480x144|format-webp|webpquality-90").url
    ]
    [colours] = [link["href"] for link in elements.all("link") if "/colours/" in link["href"]]
    css = front(colours)
    assert "--brand:#1f5fa8;" in css
    assert "--brand:#a9d2f1;" in css
    assert "--dusk:#10243f;" in css
    mail = rendered("Hello", "Dear you", "Open", {"url": "/"})
    for words in ("Rosebank Carers", "0131 496 0000", "Every day, 8am to 8pm", "care@rosebank.example"):
        assert words in mail.html
        assert words in mail.text
    assert "background-color: #1f5fa8" in mail.html
    assert "&#9679;" not in mail.html  # the mark of an organisation without a logo
    published = SiteSettings.objects.get()
    assert (published.opens_at, published.open_at_weekends) == (time(8), True)  # coordinators' to see
    entry = ModelLogEntry.objects.filter(action="wagtail.publish", object_id=str(row.pk)).latest("pk")
    assert entry.user is not None


def test_papers_are_issued_in_the_organisations_name_and_keep_the_one_they_had(home: HomePage, paid: Payment) -> None:
    published(name="Rosebank Carers", registration="Charity SC000000", logo=stored_picture())
    [document] = documents_of(paid.booking)
    assert document.organisation["name"] == "Hearth & Hand"
    read = PdfReader(BytesIO(document_as_pdf(document))).pages[0]
    assert len(read.images) == 1


def test_a_logo_whose_file_has_gone_stops_neither_pages_nor_papers(home: HomePage, paid: Payment) -> None:
    logo = stored_picture()
    logo.file.storage.delete(logo.file.name)
    published(logo=logo)
    assert "brand__logo" not in front()
    [document] = documents_of(paid.booking)
    assert document_as_pdf(document).startswith(b"%PDF")


def test_what_is_left_empty_is_what_the_installation_says(home: HomePage, settings: Settings) -> None:
    settings.SITE_NAME = "As installed"
    settings.ORGANISATION = {**settings.ORGANISATION, "phone": "0117 496 0001"}
    published(phone="", hours="At night")
    profile = site_profile()
    assert (profile.name, profile.details["phone"], profile.details["hours"]) == (
        "As installed", "0117 496 0001", "At night",
    )  # fmt: skip


def test_unpublished_the_settings_are_those_of_the_installation(home: HomePage) -> None:
    published(name="Rosebank Carers")
    assert "Rosebank Carers" in front()
    SiteSettings.objects.get().unpublish()
    assert "Rosebank Carers" not in front()
    assert "/services/" in links(front())


@pytest.mark.parametrize("seeded", [True, False])
def test_a_link_goes_with_its_page_and_comes_back_with_it(home: HomePage, seeded: bool) -> None:
    if not seeded:
        published(menu=[], footer=[])
    privacy = Page.objects.get(slug="privacy").specific
    assert "/privacy/" in links(front())
    privacy.unpublish()
    assert "/privacy/" not in links(front())
    privacy.save_revision().publish()
    assert "/privacy/" in links(front())


def test_a_link_follows_its_page_and_leaves_with_a_deleted_one(home: HomePage) -> None:
    page = home.add_child(instance=ContentPage(title="Jobs", slug="jobs"))
    published(footer=[("page", {"page": page, "label": ""})])
    assert "/jobs/" in links(front())
    page.slug = "vacancies"
    page.save_revision().publish()
    assert "/vacancies/" in links(front())
    page.delete()
    assert {"/jobs/", "/vacancies/"}.isdisjoint(links(front()))


@pytest.mark.parametrize(
    ("field", "colour", "sentence"),
    [
        ("accent", "#ffcc00", "Choose a darker colour."),
        ("accent_dark", "#333333", "Choose a lighter colour."),
        ("footer_colour", "#eeeeee", "Choose a darker colour."),
        ("accent", "red", "Enter a colour as #"),
        ("accent", "#12345", "Enter a colour as #"),
        ("accent", "#1f5fa8;}body{display:none", "at most 7 characters"),
    ],
)
def test_a_colour_that_cannot_be_read_or_is_none_is_refused(
    home: HomePage, field: str, colour: str, sentence: str
) -> None:
    row = SiteSettings.objects.get()
    setattr(row, field, colour)
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert list(refused.value.message_dict) == [field]
    assert sentence in " ".join(refused.value.message_dict[field])


def test_the_editor_is_told_which_colour_is_too_pale(home: HomePage) -> None:
    row = SiteSettings.objects.get()
    shown = keeper().post(reverse(EDIT, args=[row.pk]), form_of(row, accent="#ffcc00") | {"action-publish": "publish"})
    assert (shown.status_code, "too close to" in shown.content.decode()) == (200, True)
    assert SiteSettings.objects.get().accent == ""


def test_a_banner_shows_from_its_start_until_its_end(home: HomePage) -> None:
    published(banner_text="Closed on Monday.", banner_starts_at=NOON, banner_ends_at=NOON + timedelta(hours=1))
    shown = []
    for moment in (-1, 0, 3599, 3600):
        with time_machine.travel(NOON + timedelta(seconds=moment), tick=False):
            publish_scheduled()  # what beat does every minute
            shown.append("Closed on Monday." in front())
    assert shown == [False, True, True, False]


def test_a_banner_must_end_after_it_starts(home: HomePage) -> None:
    with pytest.raises(ValidationError, match="must end after it starts"):
        published(banner_text="Closed", banner_starts_at=NOON, banner_ends_at=NOON)


def test_a_kept_page_still_costs_no_query(home: HomePage) -> None:
    published(name="Rosebank Carers", accent="#1f5fa8", banner_text="Closed")
    front()
    with CaptureQueriesContext(connection) as asked:
        assert "Rosebank Carers" in front()
    assert len(asked) == 0


def test_the_stylesheet_is_kept_for_a_year_and_its_address_takes_only_colours(home: HomePage) -> None:
    kept = Client().get("/colours/1f5fa8-none-none.css")
    assert (kept["Content-Type"], kept["Cache-Control"]) == (
        "text/css; charset=utf-8", "public, max-age=31536000, immutable",
    )  # fmt: skip
    assert not kept.cookies
    assert Client().get("/colours/red-none-none.css").status_code == 404
    assert Client().get("/colours/1f5fa8-none.css").status_code == 404


@pytest.mark.parametrize("mode", ["", "email"])
def test_the_editor_previews_what_was_typed(home: HomePage, mode: str) -> None:
    row, editor = SiteSettings.objects.get(), keeper()
    address = reverse("wagtailsnippets_organisation_sitesettings:preview_on_edit", args=[row.pk])
    assert editor.post(address, form_of(row)).json()["is_valid"] is True
    shown = editor.get(address, {"mode": mode}).content.decode()
    assert "Rosebank Carers" in shown
    assert "1f5fa8" in shown
    assert site_profile().name == "Hearth & Hand"


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.EDITOR, 200), (Role.ADMINISTRATOR, 200), (Role.COORDINATOR, 403), (Role.FINANCE, 403), (Role.MANAGER, 403)],
)
def test_editors_and_administrators_keep_the_settings(home: HomePage, role: Role, status: int) -> None:
    address = reverse(EDIT, args=[SiteSettings.objects.get().pk])
    assert keeper(role).get(address).status_code == status


def test_the_list_of_one_opens_it_and_no_second_one_can_be_made(home: HomePage) -> None:
    editor, row = keeper(), SiteSettings.objects.get()
    listing = editor.get(reverse("wagtailsnippets_organisation_sitesettings:list"))
    assert listing["Location"] == reverse(EDIT, args=[row.pk])
    assert editor.get(reverse("wagtailsnippets_organisation_sitesettings:add")).status_code == 403
    assert editor.post(reverse("wagtailsnippets_organisation_sitesettings:delete", args=[row.pk])).status_code == 403


def test_no_template_asks_the_installations_settings_past_the_editors() -> None:
    root = Path(__file__).parents[4]
    found = [
        path.relative_to(root).as_posix()
        for folder in ("home", "payments", "portal")
        for path in (root / folder).rglob("*.py")
        if "settings.ORGANISATION" in path.read_text() or "settings.SITE_NAME" in path.read_text()
    ]
    assert sorted(found) == [
        "home/bootstrap.py", "portal/accounts/passwords.py", "portal/common/checks.py",
        "portal/organisation/profile.py",
    ]  # fmt: skip
