"""Looking at a page changes nothing that anybody relies on: changes want a POST, and with it the form's token."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from django.db import connection
from django.test import Client

from portal.caregivers.domain import caregiver_of
from tests.factories import BookingFactory, CategoryFactory, MediaItemFactory
from tests.security.people import person, signed_in, superuser
from tests.security.resolver import patterns
from tests.unit.portal.admin_routes import address, our_admin_routes

pytestmark = pytest.mark.django_db
WRITE: Final = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"(\w+)"')
# What looking leaves behind: who is signed in, what was counted, and what was made smaller to be shown.
TRACES: Final = re.compile(
    r"django_session|portal_cache|usersessions_|security_|activity_|wagtailimages_rendition"
    r"|wagtailadmin_editingsession|wagtailusers_userprofile|mfa_authenticator|accounts_user$"
)


@contextmanager
def written() -> Iterator[set[str]]:
    """The tables that are written to meanwhile, but for traces."""
    tables: set[str] = set()

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        found = WRITE.match(sql)
        if found and not TRACES.search(found[1]):
            tables.add(found[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield tables


def changed_by_looking(client: Client, addresses: set[str]) -> dict[str, set[str]]:
    """The addresses of which a GET writes, and to what."""
    found = {}
    for at in sorted(addresses):
        with written() as tables:
            client.get(at)
        if tables:
            found[at] = tables
    return found


def fixed_addresses() -> set[str]:
    """Every address of the resolver that has no parameter."""
    return {f"/{route}" for route, _ in patterns() if not set("<(^[?$\\") & set(route)}


def test_no_get_request_changes_a_row() -> None:
    payment = BookingFactory().payments.get()
    MediaItemFactory(categories=[CategoryFactory()])
    booking = payment.booking
    extra = {
        "payment_id": payment.pk, "booking_id": booking.pk, "session_id": booking.session_id,
        "caregiver_id": booking.caregiver_id,
    }  # fmt: skip
    addresses = fixed_addresses() | {address(route, extra) for route in our_admin_routes()}
    assert len(addresses) > 200
    user = superuser()
    caregiver_of(user)  # an account's own empty row, made when it is first needed
    assert changed_by_looking(signed_in(user), addresses) == {}


def test_a_caregivers_pages_change_nothing_either() -> None:
    user = person()
    caregiver_of(user)
    assert changed_by_looking(signed_in(user), fixed_addresses()) == {}


def test_the_check_itself_finds_a_write() -> None:
    user = person()
    client = signed_in(user)
    with written() as tables:
        client.post("/people/add/", {"full_name": "Rose Okafor", "relationship": "Mother"})
    assert "caregivers_carerecipient" in tables
