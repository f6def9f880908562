"""/admin/insights/data.json: the contract's shape, bounded, and only for those who may see the dashboard."""

from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django import Settings

from insights.kpis.registry import REGISTRY
from insights.rollups.refresh import rebuild
from portal.accounts.roles import Role
from tests.factories import BookingFactory, UserFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/insights/data.json"


@pytest.fixture(autouse=True)
def _password_is_enough(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False


def signed_in(role: Role) -> Client:
    user, client = UserFactory(), Client()
    user.groups.add(Group.objects.get(name=role.value))
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_the_shape_is_the_contracts() -> None:
    with time_machine.travel("2026-03-10T12:00:00Z"):
        slug = BookingFactory().session.service.slug
        rebuild()
    body = signed_in(Role.MANAGER).get(ADDRESS, {"from": "2026-03-10", "to": "2026-03-11", "service": slug}).json()
    assert set(body) == {"from", "to", "service", "kpis", "series"}
    assert (body["from"], body["to"], body["service"]) == ("2026-03-10", "2026-03-11", slug)
    assert body["kpis"].keys() == REGISTRY.keys()
    assert body["kpis"]["bookings_made"] == {"value": 1, "unit": "count", "previous": 0}
    assert body["kpis"]["deposits_taken"] == {"value": {}, "unit": "money", "previous": {}}
    assert body["series"]["bookings_made"] == [["2026-03-10", 1], ["2026-03-11", 0]]


@time_machine.travel("2026-03-10T23:30:00Z", tick=False)
def test_without_parameters_it_is_the_last_thirty_days() -> None:
    body = signed_in(Role.MANAGER).get(ADDRESS).json()
    assert (body["from"], body["to"], body["service"]) == ("2026-02-09", "2026-03-10", "")


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ({"from": "2026-02-30"}, "“from” isn’t a date. Write it like 2026-03-31."),
        ({"to": "soon"}, "“to” isn’t a date. Write it like 2026-03-31."),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "The first day is after the last day. Swap “from” and “to”."),
        ({"from": "2020-01-01", "to": "2026-03-01"}, "Choose at most 1,098 days (three years)."),
        ({"from": "0001-01-01"}, "“from” must be between the years 2000 and 2100."),
        ({"service": "nowhere"}, "There’s no service with that name. Leave “service” out to see all services."),
        ({"service": "a\x00"}, "Something in this request cannot be read."),
    ],
)
def test_a_filter_that_cannot_be_applied_is_a_400_that_says_why(question: dict[str, Any], says: str) -> None:
    response = signed_in(Role.MANAGER).get(ADDRESS, question)
    assert (response.status_code, response.json()) == (400, {"error": says})


def test_other_roles_are_refused_and_the_signed_out_are_sent_to_sign_in() -> None:
    refused = signed_in(Role.EDITOR).get(ADDRESS)
    assert (refused.status_code, set(refused.json())) == (403, {"error"})
    assert Client().get(ADDRESS).headers["Location"].startswith("/accounts/login/")
