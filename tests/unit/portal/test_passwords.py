"""Which passwords are taken."""

import hashlib

import httpx
import pytest
from django.contrib.auth.password_validation import get_default_password_validators, validate_password
from django.core.exceptions import ValidationError
from pwned_passwords_django.api import PwnedPasswords
from pwned_passwords_django.validators import PwnedPasswordsValidator
from pytest_django import Settings

from portal.accounts.passwords import context_words


@pytest.mark.parametrize(
    "password", ["HearthHand2026!", "welcome-portal-1", "Carecoordinator99", "StripeStripe1", "administrator12"]
)
def test_one_built_from_the_organisations_words_is_refused(password: str, settings: Settings) -> None:
    settings.SITE_NAME = "Hearth & Hand"
    with pytest.raises(ValidationError, match="not built from our name"):
        validate_password(password)


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "my care is seventeen owls", "ünïcödé-Пароль-密码", "x" * 10 + "y7", "a b" * 40],
)
def test_any_other_of_ten_characters_is_taken_whatever_they_are(password: str) -> None:
    validate_password(password)


def test_the_words_are_the_organisations_and_the_roles(settings: Settings) -> None:
    settings.SITE_NAME, settings.BASE_URL = "Rosebank Carers", "https://bookings.rosebank.example"
    assert {"rosebank", "carers", "bookings", "coordinator", "finance", "stripe"} <= context_words()


def breached(status: int, text: str) -> PwnedPasswordsValidator:
    """The validator of deployed settings, whose service answers so."""
    transport = httpx.MockTransport(lambda request: httpx.Response(status, text=text))
    return PwnedPasswordsValidator(api_client=PwnedPasswords(client=httpx.Client(transport=transport)))


def test_a_breached_one_is_refused() -> None:
    rest_of_its_hash = hashlib.sha1(b"correct horse battery", usedforsecurity=False).hexdigest().upper()[5:]
    validator = breached(200, f"{rest_of_its_hash}:3\r\n")
    validator.validate("another long password")
    with pytest.raises(ValidationError):
        validator.validate("correct horse battery")


def test_only_five_characters_of_its_hash_leave_the_server() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path)
        return httpx.Response(200, text="")

    client = PwnedPasswords(client=httpx.Client(transport=httpx.MockTransport(answer)))
    PwnedPasswordsValidator(api_client=client).validate("correct horse battery")
    assert [len(path.removeprefix("/range/")) for path in seen] == [5]


def test_while_the_service_is_away_common_ones_are_refused_all_the_same() -> None:
    validator = breached(503, "")
    validator.validate("correct horse battery")
    with pytest.raises(ValidationError, match="too common"):
        validator.validate("1234567890")


def test_the_demo_and_the_tests_ask_no_service() -> None:
    names = {type(validator).__name__ for validator in get_default_password_validators()}
    assert "PwnedPasswordsValidator" not in names
