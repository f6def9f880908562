"""Codes: how often they count, how long they live, how hard they are to guess."""

import math

import pytest
from allauth.account import app_settings as account
from allauth.mfa import app_settings as mfa
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings

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
