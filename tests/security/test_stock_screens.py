"""Stock screens that nobody may open answer 404 even to a superuser; what remains of the others holds."""

import pytest
from django.core.signing import Signer
from django.test import Client
from django.urls import reverse

from portal import stock_urls
from portal.accounts.roles import Role
from tests.security import resolver
from tests.security.people import person, signed_in, superuser

pytestmark = pytest.mark.django_db


def number_in(route: str) -> str:
    return "".join("1/" if "<" in part else f"{part}/" for part in route.replace("^", "").split("/") if part)


def test_closed_screens_are_closed_to_everybody() -> None:
    client = signed_in(superuser())
    closed = [route for route, view in resolver.patterns() if view is stock_urls.closed]
    assert len(closed) == len(stock_urls.CLOSED)
    for route in closed:
        assert client.get(f"/{number_in(route)}").status_code == 404, route
        assert client.post(f"/{number_in(route)}").status_code == 404, route


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMINISTRATOR])
def test_the_admin_still_opens_with_its_menu(role: Role) -> None:
    assert signed_in(person(role)).get("/admin/").status_code == 200


@pytest.fixture
def administrator() -> Client:
    return signed_in(person(Role.ADMINISTRATOR))


@pytest.mark.parametrize("action", ["assign_role", "set_active_state", "delete"])
def test_accounts_are_not_changed_many_at_once(administrator: Client, action: str) -> None:
    one = superuser()
    address = reverse("wagtail_bulk_action", args=["accounts", "user", action])
    assert administrator.post(f"{address}?id={one.pk}", {"mark_as_active": "False"}).status_code == 404
    one.refresh_from_db()
    assert one.is_active


@pytest.mark.parametrize("address", ["/admin/users/", "/admin/users/results/"])
def test_nor_does_the_list_of_users_offer_it(administrator: Client, address: str) -> None:
    page = administrator.get(address).content.decode()
    assert "/admin/users/edit/" in page
    assert "bulk-action" not in page


@pytest.mark.parametrize("sent", [{}, {"import_file_name": "/etc/passwd", "input_format": "0"}])
def test_an_import_of_redirects_without_its_signed_file_begins_anew(
    administrator: Client, sent: dict[str, str]
) -> None:
    answer = administrator.post(reverse("wagtailredirects:process_import"), sent)
    assert (answer.status_code, answer["Location"]) == (302, reverse("wagtailredirects:start_import"))


def test_an_import_whose_file_is_gone_begins_anew(administrator: Client) -> None:
    signed = {name: Signer().sign("0") for name in ("import_file_name", "input_format")}
    answer = administrator.post(reverse("wagtailredirects:process_import"), signed)
    assert (answer.status_code, answer["Location"]) == (302, reverse("wagtailredirects:start_import"))
