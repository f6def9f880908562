"""Every address of the resolver answers every visitor as its row of docs/security/urls.md says."""

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Final
from unittest.mock import patch

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from ops.docs.url_roles import VISITORS, Row, table
from portal import stock_urls
from portal.accounts.roles import Role
from tests.fakes import FakeGateway, use_gateway
from tests.security import resolver
from tests.security.addresses import named
from tests.security.people import browser, person, signed_in, standing_clock, superuser

pytestmark = pytest.mark.django_db
SIGNED_OUT, SUPERUSER, NO_FACTOR = "signed out", "superuser", "no factor"
OURS: Final = ("portal", "payments", "insights", "home")
QUESTIONS: Final = {"/accounts/login/": "sign in", "/accounts/2fa/": "set up"}
REFUSALS: Final = frozenset(["sign in", "set up", "403", "404"])
RENDER: Final = "django.template.backends.django.Template.render"


class Portal:
    """An installed portal with one row of each kind, and a browser for each visitor of the table."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        people = {role.value: person(role) for role in Role}
        people |= {SUPERUSER: superuser(), NO_FACTOR: person(Role.ADMINISTRATOR, factor=False)}
        for user in Authenticator.objects.filter(type=Authenticator.Type.TOTP).select_related("user"):
            RecoveryCodes.activate(user.user)
        caregiver = people[Role.CAREGIVER.value]
        signed_in(caregiver, "198.51.100.1")  # in another browser, which can be signed out from here
        self.browsers = {
            name: signed_in(user, f"203.0.113.{number}") for number, (name, user) in enumerate(people.items(), 1)
        }
        self.browsers[SIGNED_OUT] = browser()
        for client in self.browsers.values():
            client.raise_request_exception = False
        found = named(people[SUPERUSER], caregiver, use_gateway(FakeGateway(), monkeypatch))
        self.addresses = {route: found.address(route) for route, _ in resolver.patterns()}

    def answer(self, name: str, method: str, route: str, *, render: bool = False) -> str:
        """The status; of a redirect to a question, what is asked. Whatever the request changes is put back.

        `render` is whether templates are filled in: the status is the same when they are not, unless one fails.
        """
        client = self.browsers[name]
        cookies = dict(client.cookies)
        with transaction.atomic(), nullcontext() if render else patch(RENDER, return_value=""):
            reply = client.generic(method, self.addresses[route])
            transaction.set_rollback(True)
        client.cookies.clear()
        client.cookies.update(cookies)
        if not 300 < reply.status_code < 309:
            return str(reply.status_code)
        path = reply["Location"].partition("?")[0]
        return QUESTIONS.get(path, "confirm" if "reauthenticate" in path else "302")


@pytest.fixture(scope="module")
def portal(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portal]:
    """Made once, because it takes seconds: no request leaves a change, and under a standing clock no session ages."""
    with (
        django_db_blocker.unblock(),
        pytest.MonkeyPatch.context() as monkeypatch,
        override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")),
        standing_clock(),
        transaction.atomic(),
    ):
        yield Portal(monkeypatch)
        transaction.set_rollback(True)


def renders(row: Row, name: str) -> bool:
    """Whether `name` is the mightiest of those who get the page: it is written out once, because that takes long."""
    who = [visitor for visitor in VISITORS if row.answers[visitor] == "200"]
    return bool(who) and name == (SUPERUSER if SUPERUSER in who else who[-1])


def is_ours(view: object) -> bool:
    owner = getattr(getattr(view, "view_class", view), "__module__", "")
    return owner.partition(".")[0] in OURS and owner != stock_urls.__name__


def test_every_address_has_one_row_and_every_row_an_address() -> None:
    assert sorted(route for route, _ in resolver.patterns()) == sorted(table()), (
        "decide, and add a row to url_roles.csv"
    )


def test_the_rows_say_what_is_ours_and_what_is_closed() -> None:
    views = dict(resolver.patterns())
    decisions = {route: row.decision for route, row in table().items()}
    assert set(decisions.values()) == {"ours", "kept", "hardened", "closed"}
    assert [route for route, word in decisions.items() if word == "ours" and not is_ours(views[route])] == []
    assert [route for route, word in decisions.items() if word == "kept" and is_ours(views[route])] == []
    closed = [route for route, view in views.items() if view is stock_urls.closed]
    assert closed == [route for route, word in decisions.items() if word == "closed"]
    assert len(closed) == len(stock_urls.CLOSED)


def test_what_is_closed_is_closed_to_all_who_get_past_the_gates() -> None:
    closed = [set(row.answers.values()) for row in table().values() if row.decision == "closed"]
    assert all(answers <= {*REFUSALS} for answers in closed)
    assert {row.answers[SUPERUSER] for row in table().values() if row.decision == "closed"} == {"404"}


@pytest.mark.parametrize("name", VISITORS)
def test_each_address_answers_as_its_row_says(name: str, portal: Portal) -> None:
    found = {route: portal.answer(name, row.method, route, render=renders(row, name)) for route, row in table().items()}
    expected = {route: row.answers[name] for route, row in table().items()}
    assert {route: (word, expected[route]) for route, word in found.items() if word != expected[route]} == {}


def test_where_looking_is_refused_changing_is_refused_too(portal: Portal) -> None:
    tried = {}
    for route, row in table().items():
        refused = [visitor for visitor in VISITORS if row.answers[visitor] in REFUSALS]
        for name in refused[:1] + refused[-2:-1]:
            for method in ("POST", "PUT", "DELETE") if name == SIGNED_OUT or row.decision == "ours" else ("POST",):
                tried[route, name, method] = portal.answer(name, method, route)
    assert len(tried) > 1_000
    assert {key: word for key, word in tried.items() if word not in REFUSALS | {"405"}} == {}
