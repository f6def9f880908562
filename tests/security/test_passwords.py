"""Passwords as they are chosen, typed and changed on a server."""

import re

import pytest
from django.contrib.auth.password_validation import get_default_password_validators
from django.test import Client

from tests.security.people import PASSWORD, browser, person, sign_in, signed_in

pytestmark = pytest.mark.django_db
CHANGE = "/accounts/password/change/"


def change(client: Client, *, old: str, new: str) -> bool:
    """Whether the password was changed."""
    answer = client.post(CHANGE, {"oldpassword": old, "password": new, "password1": new, "password2": new})
    return answer.status_code == 302


def test_nine_characters_are_too_few() -> None:
    client = signed_in(person())
    assert not change(client, old=PASSWORD, new="nine owls")
    assert change(client, old=PASSWORD, new="nine owls!")


def test_changing_it_wants_the_current_one() -> None:
    user = person()
    client = signed_in(user)
    assert not change(client, old="not my password", new="seventeen quiet owls")
    assert change(client, old=PASSWORD, new="seventeen quiet owls")
    user.refresh_from_db()
    assert user.check_password("seventeen quiet owls")


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/"])
def test_its_field_hides_it_and_lets_a_manager_fill_it_in(path: str) -> None:
    page = browser().get(path).content.decode()
    fields = re.findall(r"<input[^>]*type=\"password\"[^>]*>", page)
    assert fields
    for field in fields:
        assert re.search(r'autocomplete="(current|new)-password"', field), field
        assert "onpaste" not in field
        assert "maxlength" not in field


def test_it_counts_exactly_as_typed() -> None:
    new = "  Ünïcode " + "x" * 90 + " Z "
    user = person()
    assert change(signed_in(user), old=PASSWORD, new=new)
    for wrong in (new.strip(), new.lower(), new[:72]):
        answer = browser().post("/accounts/login/", {"login": user.email, "password": wrong})
        assert answer.status_code == 200, wrong
    sign_in(browser("203.0.113.8"), user, new)


def test_the_breach_list_is_asked_on_a_server() -> None:
    names = {type(validator).__name__ for validator in get_default_password_validators()}
    assert {"PwnedPasswordsValidator", "CommonPasswordValidator", "ContextWordsValidator"} <= names
