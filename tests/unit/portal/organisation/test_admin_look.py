"""Wagtail's admin carries the organisation's name, logo and colours, and each page of it one title."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from home.models import HomePage
from portal.accounts.roles import Role
from tests.unit.portal.coordination.staff import staff_with
from tests.unit.portal.organisation.test_settings import home, published, stored_picture

__all__ = ["home"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False


def test_the_admin_has_the_organisations_name_and_colours(home: HomePage) -> None:
    published(name="Rosebank Carers", accent="#1f5fa8")
    page = staff_with(Role.FINANCE).get("/admin/").content.decode()
    assert " - Rosebank Carers</title>" in page
    assert '<span class="portal-brand__name">Rosebank Carers</span>' in page
    assert '<link rel="stylesheet" href="/colours/1f5fa8-none-none/admin.css">' in page
    assert "wagtailadmin/images/favicon.ico" not in page


def test_the_admin_shows_the_organisations_logo(home: HomePage) -> None:
    assert '<path class="logo-arch"' in staff_with(Role.FINANCE).get("/admin/").content.decode()
    published(logo=stored_picture())
    page = staff_with(Role.FINANCE).get("/admin/").content.decode()
    brand = page.partition('<span class="portal-brand">')[2].partition("</span>")[0]
    assert brand.startswith('<img src="/')
    assert ' alt="" ' in brand


def test_without_chosen_colours_the_admin_has_the_shipped_ones(client: Client) -> None:
    sheet = client.get("/colours/none-none-none/admin.css")
    assert (sheet["Content-Type"], sheet["Cache-Control"]) == (
        "text/css; charset=utf-8", "public, max-age=31536000, immutable",
    )  # fmt: skip
    assert "--w-color-secondary:#5c2753;" in sheet.content.decode()
    assert client.get("/colours/red-none-none/admin.css").status_code == 404


@pytest.mark.parametrize(
    ("role", "address", "title"),
    [
        (Role.FINANCE, "/admin/payments/payment/", "Payments"),
        (Role.FINANCE, "/admin/reconciliation/", "Reconciliation"),
        (Role.COORDINATOR, "/admin/desk/", "Care desk"),
    ],
)
def test_a_page_says_its_title_once(role: Role, address: str, title: str) -> None:
    page = staff_with(role).get(address).content.decode()
    [heading] = [part.partition("</h1>")[0] for part in page.split("<h1")[1:]]
    assert heading.startswith(' class="w-sr-only"')  # seen in the breadcrumbs above it
    assert heading.split(">")[1].strip() == title
