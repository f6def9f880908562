"""Signing in: staff's second factor, recovery codes, limits and lock-out, sessions that end."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django import Settings

from portal.accounts.models import User
from portal.accounts.roles import Role
from tests.factories import BookingFactory, UserFactory
from tests.fakes import FakeGateway
from tests.unit.portal.admin_routes import address, our_admin_routes

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def person(role: Role = Role.CAREGIVER) -> User:
    user = UserFactory()
    user.groups.add(Group.objects.get(name=role.value))
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(client: Client, user: User, password: str = PASSWORD) -> str:
    """Where signing in leads, or the page's words when it is refused."""
    response = client.post("/accounts/login/", {"login": user.email, "password": password})
    return response["Location"] if response.status_code == 302 else response.content.decode()


def code_now(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))


def test_staff_without_a_factor_reach_no_admin_view(client: Client) -> None:
    assert sign_in(client, person(Role.ADMINISTRATOR)) == "/admin/"
    answers = {client.get(address(route, {})).headers.get("Location") for route in our_admin_routes()}
    assert answers == {"/accounts/2fa/"}
    assert "first set up a second step" in client.get("/accounts/2fa/").content.decode()


def test_caregivers_are_not_made_to_have_one(client: Client) -> None:
    assert sign_in(client, person()) == "/dashboard/"
    assert client.get("/dashboard/").status_code == 200


def test_an_authenticator_app_is_set_up_and_opens_the_admin(client: Client) -> None:
    user = person(Role.FINANCE)
    sign_in(client, user)
    again = client.get("/accounts/2fa/totp/activate/")["Location"]  # the password again, before the lock is changed
    assert client.post(again, {"password": PASSWORD})["Location"] == "/accounts/2fa/totp/activate/"
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r'class="secret">([A-Z2-7]{32})<', page)
    assert secret is not None, page
    assert client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).status_code == 200
    assert client.post("/accounts/2fa/totp/activate/", {"code": code_now(secret[1])}).status_code == 302
    question = "/accounts/2fa/reauthenticate/?next=%2Fadmin%2F"
    assert client.get("/admin/")["Location"] == question  # set up, and not shown yet
    assert client.post(question, {"code": "000000"}).status_code == 200
    assert client.get("/admin/")["Location"] == question
    totp_used_codes_are_forgotten()
    assert client.post(question, {"code": code_now(secret[1])})["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    client.logout()
    totp_used_codes_are_forgotten()
    assert sign_in(client, user) == "/accounts/2fa/authenticate/"
    assert client.get("/admin/").status_code == 302
    assert client.post("/accounts/2fa/authenticate/", {"code": code_now(secret[1])})["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def totp_used_codes_are_forgotten() -> None:
    """As thirty seconds do: a code counts once."""
    from django.core.cache import cache

    cache.clear()


def test_a_recovery_code_opens_once() -> None:
    user = person(Role.FINANCE)
    totp.TOTP.activate(user, totp.generate_totp_secret())
    code = RecoveryCodes.activate(user).generate_codes()[0]
    first, second = Client(), Client()
    sign_in(first, user)
    assert first.post("/accounts/2fa/authenticate/", {"code": code})["Location"] == "/admin/"
    assert first.get("/admin/").status_code == 200
    sign_in(second, user)
    assert second.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200
    assert second.get("/admin/").status_code == 302


def test_five_wrong_passwords_lock_the_account_for_a_while_and_say_so(client: Client) -> None:
    user = person()
    for _ in range(5):
        assert "match an account" in sign_in(client, user, "wrong")
    assert "There have been too many attempts" in sign_in(client, user)
    assert client.get("/dashboard/").status_code == 302


def test_one_address_makes_ten_accounts_a_minute_whatever_it_says_of_itself(client: Client, settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1  # nginx adds the address that it saw, last
    headers = [{"X-Forwarded-For": f"10.0.0.{number}, 203.0.113.7"} for number in range(11)]
    statuses = [client.post("/accounts/signup/", {}, headers=header).status_code for header in headers]
    assert statuses == [200] * 10 + [429]
    other = client.post("/accounts/signup/", {}, headers={"X-Forwarded-For": "10.0.0.1, 203.0.113.8"})
    assert other.status_code == 200


def test_a_refusal_says_what_to_do_and_when_to_come_back(client: Client) -> None:
    answers = [client.post("/accounts/password/reset/", {"email": "a@example.com"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 429]
    assert answers[3]["Retry-After"] == "300"
    assert "Wait a few minutes, then try again" in answers[3].content.decode()


def test_opening_the_deposit_page_too_often_is_refused_and_asks_stripe_nothing(
    client: Client, stripe: FakeGateway, settings: Settings
) -> None:
    settings.LIMITS = {**settings.LIMITS, "pay": "2/m/user"}
    booking = BookingFactory()
    client.force_login(booking.caregiver.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    statuses = [client.get(f"/deposit/{booking.reference}/").status_code for _ in range(2)]
    calls = len(stripe.calls)
    statuses.append(client.get(f"/deposit/{booking.reference}/").status_code)
    asked = client.get(f"/deposit/{booking.reference}/status.json?check=1")
    assert (statuses, asked.status_code) == ([200, 200, 429], 429)
    assert asked.json()["error"] == "Too many attempts. Wait a few minutes, then try again."
    assert len(stripe.calls) == calls


def test_changing_the_password_signs_out_every_other_browser() -> None:
    user, here, there = person(), Client(), Client()
    sign_in(here, user)
    sign_in(there, user)
    new = {"oldpassword": PASSWORD, "password1": "another calm sentence", "password2": "another calm sentence"}
    assert here.post("/accounts/password/change/", new).status_code == 302
    assert there.get("/dashboard/").status_code == 302
    assert sign_in(Client(), user, "another calm sentence") == "/dashboard/"
