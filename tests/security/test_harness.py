"""The other tests here attack a portal that is set up as staging is."""

import pytest
from django.conf import settings
from django.test import Client

from portal.accounts.roles import Role
from tests.security.people import person, signed_in


def test_the_settings_are_those_of_staging() -> None:
    assert settings.STAFF_SECOND_FACTOR_REQUIRED
    assert settings.SECURE_SSL_REDIRECT
    assert settings.SESSION_COOKIE_SECURE
    assert not settings.DEMO
    assert settings.DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql"


@pytest.mark.django_db
def test_a_plain_request_is_sent_to_https(client: Client) -> None:
    answer = client.get("/accounts/login/", headers={"x-forwarded-proto": "http"})
    assert (answer.status_code, answer["Location"]) == (301, "https://portal.example.org/accounts/login/")


@pytest.mark.django_db
def test_staff_with_a_second_factor_enter_the_admin() -> None:
    assert signed_in(person(Role.FINANCE)).get("/admin/").status_code == 200
