"""What a screen of the admin reads from the address or a form may be no number: it is refused, never a 500."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.db import transaction
from django.http import QueryDict
from django.test import Client

from tests.factories import BookingFactory, MediaItemFactory
from tests.security import resolver
from tests.security.people import signed_in, superuser

pytestmark = pytest.mark.django_db
ODD: Final = "nonsense"
CHOSEN: Final = ("bookings/booking", "bookings/service", "bookings/session", "media_library/mediaitem")
KEYS: Final = (
    *((f"/admin/choose-{kind}-link/", "parent_page_id") for kind in ("anchor", "email", "external", "phone")),
    ("/admin/choose-page/", "target_pages[]"),
    ("/admin/choose-page/chosen-multiple/", "id"),
    ("/admin/documents/chooser/chosen-multiple/", "id"),
    ("/admin/images/chooser/chosen-multiple/", "id"),
    *((f"/admin/snippets/choose/{model}/chosen-multiple/", "id") for model in CHOSEN),
)
FIELDS: Final = (
    ("/admin/redirects/add/", "redirect_page"),
    ("/admin/sites/new/", "root_page"),
    ("/admin/snippets/bookings/session/add/", "service"),
    ("/admin/snippets/media_library/mediaitem/add/", "poster"),
    ("/admin/snippets/media_library/mediaitem/add/", "service"),
)


@pytest.fixture
def root() -> Client:
    client = signed_in(superuser())
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("odd", [ODD, "2026-02-30", "1.5", "٣x", "'"])
def test_a_key_that_is_none_is_refused(root: Client, odd: str) -> None:
    assert {(path, root.get(path, {name: odd}).status_code) for path, name in KEYS} == {(path, 400) for path, _ in KEYS}
    assert {(path, name, root.post(path, {name: odd}).status_code) for path, name in FIELDS} == {
        (path, name, 400) for path, name in FIELDS
    }


@pytest.mark.parametrize("screen", [*CHOSEN, "notifications/messagetext"])
def test_a_number_too_long_to_be_read_is_refused_in_an_address(root: Client, screen: str) -> None:
    reply = root.get(f"/admin/snippets/choose/{screen}/chosen/{'9' * 5000}/")
    assert 400 <= reply.status_code < 500


def test_a_rich_text_that_is_no_json_is_refused(root: Client) -> None:
    assert root.post("/admin/snippets/media_library/mediaitem/add/", {"transcript": ODD}).status_code == 400


def test_a_fault_that_no_request_brought_about_stays_a_500(root: Client) -> None:
    with patch("payments.admin.webhook_health.unreadable.waiting", side_effect=ValueError("expected 'something'")):
        assert root.get("/admin/webhooks/", {"q": ODD}).status_code == 500


def test_the_root_of_all_pages_is_neither_locked_nor_moved(root: Client) -> None:
    for path in ("lock", "unlock", "set_position"):
        assert root.post(f"/admin/pages/1/{path}/").status_code == 404


def test_a_link_elsewhere_without_an_address_is_refused(root: Client) -> None:
    assert root.post("/admin/choose-external-link/").status_code == 400
    answer = root.post("/admin/choose-external-link/", {"external-link-chooser-url": "https://example.org/"})
    assert answer.status_code == 200


def listings_and_forms() -> list[str]:
    """The admin's screens without a number in their address, but those that end the session."""
    routes = {route for route, _ in resolver.patterns() if route.startswith("admin/") and "logout" not in route}
    return sorted(f"/{route}" for route in routes if not set(route) & set("<^$(") and "preview" not in route)


@contextmanager
def names_read() -> Iterator[set[str]]:
    """Collects the keys that are asked of an address or a form."""
    names: set[str] = set()

    def noting(method: str) -> Any:
        original = getattr(QueryDict, method)

        def noted(self: QueryDict, key: Any, *args: Any, **kwargs: Any) -> Any:
            names.add(str(key))
            return original(self, key, *args, **kwargs)

        return patch.object(QueryDict, method, noted)

    with noting("get"), noting("getlist"), noting("__getitem__"), noting("__contains__"):
        yield names


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_screen_fails_over_what_it_reads(root: Client, method: str) -> None:
    """Each is asked plainly, then with every name that it was seen to read."""
    call_command("bootstrap_site")
    BookingFactory()
    MediaItemFactory()
    failed, tried = [], 0
    for path in listings_and_forms():
        with names_read() as names, transaction.atomic():
            plain = getattr(root, method)(path).status_code
            transaction.set_rollback(True)
        asked = [{}, *({name: ODD} for name in sorted(names) if plain < 400)]
        for sent in asked[1:] if plain < 500 else asked:
            with transaction.atomic():
                answer = getattr(root, method)(path, sent)
                transaction.set_rollback(True)
            tried += 1
            if answer.status_code >= 500:
                failed.append((path, sent))
    assert failed == []
    assert tried > 100
