"""Forty wrong passwords on every way in, and the ways somebody may try to walk around the limits."""

from collections.abc import Callable

import pytest
from django.test import Client

from portal.accounts.models import User
from portal.notifications.models import Notification
from tests.security.people import PASSWORD, browser, person, signed_in

pytestmark = pytest.mark.django_db
REFUSED = "There have been too many attempts"
NEW = "another calm sentence"


def at_the_door(client: Client, user: User, password: str) -> str:
    answer = client.post("/accounts/login/", {"login": user.email, "password": password})
    return answer.content.decode() if answer.status_code == 200 else str(answer.status_code)


def once_more(client: Client, user: User, password: str) -> str:
    answer = client.post("/accounts/reauthenticate/", {"password": password})
    return answer.content.decode() if answer.status_code == 200 else str(answer.status_code)


def changing_it(client: Client, user: User, password: str) -> str:
    answer = client.post("/accounts/password/change/", {"oldpassword": password, "password1": NEW, "password2": NEW})
    return answer.content.decode() if answer.status_code == 200 else str(answer.status_code)


def erasing(client: Client, user: User, password: str) -> str:
    return client.post("/profile/your-data/", {"password": password, "understood": "on"}).content.decode()


@pytest.mark.parametrize("way", [once_more, changing_it, erasing])
def test_forty_wrong_passwords_inside_then_the_right_one(way: Callable[[Client, User, str], str]) -> None:
    user = person()
    client = signed_in(user)
    for _ in range(40):
        assert way(client, user, "wrong") != "302"
    last = way(client, user, PASSWORD)
    assert REFUSED in last or last == "429"
    user.refresh_from_db()
    assert user.is_active
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize(
    "addresses",
    [
        ["203.0.113.7"],
        [f"10.1.1.{number}, 203.0.113.7" for number in range(40)],  # written by the client, before what nginx saw
        [f"2001:db8:1:2::{number:x}" for number in range(1, 41)],  # one customer's own
        ["203.0.113.7", "::ffff:203.0.113.7"],
    ],
    ids=["plain", "forwarded", "ipv6", "mapped"],
)
def test_forty_wrong_passwords_at_the_door_then_the_right_one(addresses: list[str]) -> None:
    user = person()
    for number in range(40):
        at_the_door(browser(addresses[number % len(addresses)]), user, "wrong")
    last = at_the_door(browser(addresses[-1]), user, PASSWORD)
    assert REFUSED in last or last == "429"
    owner = browser("198.51.100.9")
    assert at_the_door(owner, user, PASSWORD) == "302"


def test_another_spelling_of_the_address_is_the_same_account() -> None:
    user = person()
    client = browser()
    for spelling in (user.email.upper(), user.email.title(), f"{user.email} ", user.email, user.email.swapcase()):
        client.post("/accounts/login/", {"login": spelling, "password": "wrong"})
    assert REFUSED in at_the_door(client, user, PASSWORD)


def test_one_password_on_many_accounts_from_one_place() -> None:
    users = [person() for _ in range(12)]
    found = [at_the_door(browser(), user, "spring 2026") for user in users]
    assert REFUSED in at_the_door(browser(), users[-1], PASSWORD)
    assert sum(REFUSED in page for page in found) == 2


def test_forty_wrong_mailed_codes() -> None:
    user = person()
    for _ in range(14):
        client = browser()
        client.post("/accounts/login/code/", {"email": user.email})
        for _ in range(3):
            client.post("/accounts/login/code/confirm/", {"code": "AAAAAA"})
        assert client.get("/profile/").status_code == 302
    assert Notification.objects.filter(template="account_sign_in_code").count() == 3
