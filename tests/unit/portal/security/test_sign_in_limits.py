"""A stranger's guesses are stopped, and the owner gets in all the same."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.test import Client
from pytest_django import Settings

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.notifications.domain.send import send_waiting
from tests.unit.portal.security.helpers import PASSWORD, code_now, lines, person, sign_in

pytestmark = pytest.mark.django_db
TOO_MANY = "There have been too many attempts"


def at(address: str) -> Client:
    """A browser at this address."""
    return Client(REMOTE_ADDR=address)


def ask_for_code(client: Client, address: str) -> str:
    """The code that was mailed; empty when none was."""
    mail.outbox.clear()
    client.post("/accounts/login/code/", {"email": address})
    send_waiting()
    found = re.search(r"^([A-Z0-9-]{6,})$", str(mail.outbox[-1].body), re.MULTILINE) if mail.outbox else None
    return found[1] if found else ""


def guess(user: User, address: str, times: int = 5) -> None:
    for _ in range(times):
        sign_in(at(address), user, "wrong")


def test_five_wrong_guesses_of_a_stranger_do_not_lock_the_owner_out() -> None:
    user = person()
    guess(user, "198.51.100.1", 6)
    assert TOO_MANY in sign_in(at("198.51.100.1"), user)  # the right password is not looked at there
    assert sign_in(at("203.0.113.7"), user) == "/dashboard/"


def test_a_limited_account_tries_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    user = person()
    guess(user, "198.51.100.1")
    tried: list[str] = []
    monkeypatch.setattr(User, "check_password", lambda self, raw: tried.append(raw) or True)
    assert TOO_MANY in sign_in(at("198.51.100.1"), user)
    assert tried == []


def test_the_owner_behind_the_strangers_own_address_gets_in_by_a_mailed_code() -> None:
    user = person()
    guess(user, "198.51.100.1")
    client = at("198.51.100.1")
    page = sign_in(client, user)
    assert TOO_MANY in page
    assert 'href="/accounts/login/code/"' in page
    code = ask_for_code(client, user.email)
    assert client.post("/accounts/login/code/confirm/", {"code": code})["Location"] == "/dashboard/"
    assert client.get("/dashboard/").status_code == 200


def test_a_mailed_code_does_not_stand_for_the_second_factor() -> None:
    user, secret = person(Role.FINANCE), totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    client = Client()
    code = ask_for_code(client, user.email)
    answer = client.post("/accounts/login/code/confirm/", {"code": code})
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/admin/").status_code == 302
    answer = client.post("/accounts/2fa/authenticate/", {"code": code_now(secret)})
    assert answer["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_code_works_once_in_one_browser_and_three_wrong_ones_end_it() -> None:
    user, owner, thief = person(), Client(), Client()
    code = ask_for_code(owner, user.email)
    assert thief.post("/accounts/login/code/confirm/", {"code": code})["Location"] == "/accounts/login/code/"
    for _ in range(3):
        owner.post("/accounts/login/code/confirm/", {"code": "WRONG1"})
    assert owner.post("/accounts/login/code/confirm/", {"code": code})["Location"] == "/accounts/login/code/"
    assert owner.get("/dashboard/").status_code == 302


def test_another_code_can_be_sent_twice() -> None:
    user, client = person(), Client()
    ask_for_code(client, user.email)
    for _ in range(3):
        client.post("/accounts/login/code/confirm/", {"action": "resend"})
    send_waiting()
    assert len(mail.outbox) == 3


def test_guessing_from_many_networks_reaches_a_slow_ceiling_that_leaves_the_code(settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "sign_in": "5/5m/account+client,8/d/account"}
    user = person()
    for network in range(4):
        guess(user, f"198.51.{network}.1", 2)
    assert TOO_MANY in sign_in(at("203.0.113.7"), user)
    client = at("203.0.113.7")
    code = ask_for_code(client, user.email)
    assert client.post("/accounts/login/code/confirm/", {"code": code})["Location"] == "/dashboard/"


def test_a_stranger_who_asks_for_codes_does_not_use_up_the_owners() -> None:
    user = person()
    sent = [bool(ask_for_code(at("198.51.100.1"), user.email)) for _ in range(5)]
    assert sent == [True, True, True, False, False]
    assert ask_for_code(at("203.0.113.7"), user.email)


def test_every_address_of_an_account_and_every_spelling_counts_as_one() -> None:
    user = person()
    EmailAddress.objects.create(user=user, email="second@example.com", verified=True)
    client = at("198.51.100.1")
    for login in (user.email, user.email.upper(), f" {user.email} ", "second@example.com", "SECOND@example.com"):
        client.post("/accounts/login/", {"login": login, "password": "wrong"})
    assert TOO_MANY in sign_in(client, user)


def test_one_password_tried_on_many_accounts_is_stopped_by_client_and_by_network(settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "1000/m/ip"}
    users = [person() for _ in range(12)]
    pages = [sign_in(at("198.51.100.1"), user, "spring 2026") for user in users]
    assert [TOO_MANY in page for page in pages] == [False] * 10 + [True] * 2
    assert sign_in(at("203.0.113.7"), users[0]) == "/dashboard/"


def test_signing_in_rightly_does_not_buy_more_guesses() -> None:
    victim, mine = person(), person()
    for _ in range(5):
        sign_in(at("198.51.100.1"), victim, "wrong")
        sign_in(at("198.51.100.1"), mine)
    assert TOO_MANY in sign_in(at("198.51.100.1"), victim)


def test_somebody_unknown_is_told_the_same() -> None:
    answers = []
    for login in (person().email, "nobody@example.com"):
        client = at("198.51.100.1" if login == "nobody@example.com" else "198.51.102.1")
        pages = [client.post("/accounts/login/", {"login": login, "password": "x"}).content.decode() for _ in range(6)]
        answers.append(["match an account" in page for page in pages] + [TOO_MANY in pages[-1]])
    assert answers[0] == answers[1] == [True] * 5 + [False, True]


def test_asking_for_the_password_again_is_limited_as_the_door_is(caplog: pytest.LogCaptureFixture) -> None:
    user, client = person(), Client()
    sign_in(client, user)
    for _ in range(5):
        client.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert TOO_MANY in client.post("/accounts/reauthenticate/", {"password": PASSWORD}).content.decode()
    lines(caplog)
    new = {"oldpassword": PASSWORD, "password1": "another calm sentence", "password2": "another calm sentence"}
    assert TOO_MANY in client.post("/accounts/password/change/", new).content.decode()
    erase = client.post("/profile/your-data/", {"password": PASSWORD, "understood": "on"})
    assert TOO_MANY in erase.content.decode()
    assert lines(caplog) == [("reauthentication", "limited", user.pk)] * 2


def test_a_reset_password_lets_the_account_in_again() -> None:
    user, client = person(), at("198.51.100.1")
    guess(user, "198.51.100.1")
    client.post("/accounts/password/reset/", {"email": user.email})
    send_waiting()
    link = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))
    assert link
    form = client.get(link[1])["Location"]
    client.post(form, {"password1": "another calm sentence", "password2": "another calm sentence"})
    assert sign_in(client, user, "another calm sentence") == "/dashboard/"


def test_a_proxy_that_is_not_there_is_a_refusal_not_a_fault(client: Client, settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    headers = {"X-Forwarded-For": "203.0.113.7"}
    answer = client.post("/accounts/login/", {"login": "a@example.com", "password": "x"}, headers=headers)
    assert answer.status_code == 403
