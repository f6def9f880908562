"""Codes: how often they count, how long they live, how hard they are to guess."""

import math

import pytest
from allauth.account import app_settings as account
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa import app_settings as mfa
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.urls import reverse

from portal.accounts.roles import Role
from tests.security.people import PASSWORD, browser, code_now, person, standing_clock

pytestmark = pytest.mark.django_db


def test_a_code_of_the_app_counts_once() -> None:
    user = person(Role.FINANCE)
    first, second = browser(), browser("203.0.113.8")
    for client in (first, second):
        client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    with standing_clock():
        code = code_now()
        assert first.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
        assert second.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200
    assert second.get("/admin/")["Location"].startswith("/accounts/login/")


def test_codes_have_at_least_twenty_bits() -> None:
    code = RecoveryCodes.activate(person()).generate_codes()[0]
    assert len(code) * math.log2(10) > 20
    assert mfa.TOTP_DIGITS * math.log2(10) > 19  # six digits, as the standard names them


def test_codes_have_a_lifetime() -> None:
    assert mfa.TOTP_PERIOD == 30
    assert account.LOGIN_BY_CODE_TIMEOUT <= 600
    assert settings.PASSWORD_RESET_TIMEOUT == 3600


def test_a_mailed_link_changes_the_password_and_skips_no_factor() -> None:
    user = person(Role.FINANCE)
    client = browser()
    key = default_token_generator.make_token(user)
    link = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    form = client.get(link, follow=True).request["PATH_INFO"]
    answer = client.post(form, {"password1": "seventeen quiet owls", "password2": "seventeen quiet owls"})
    assert answer.status_code == 302
    user.refresh_from_db()
    assert user.check_password("seventeen quiet owls")
    assert client.get("/admin/")["Location"].startswith("/accounts/login/")
    client.post("/accounts/login/", {"login": user.email, "password": "seventeen quiet owls"})
    assert client.get("/admin/")["Location"].startswith("/accounts/login/")
