"""A session begins with signing in and is over when it is said to be."""

import re

import pytest
from django.conf import settings
from django.test import Client

from portal.accounts.roles import Role
from portal.caregivers.domain import caregiver_of
from tests.security.people import browser, person, sign_in, signed_in

pytestmark = pytest.mark.django_db
CAREGIVER_PAGES = ("/dashboard/", "/book/", "/people/", "/profile/", "/profile/your-data/", "/library/")


def session_key(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def with_session(key: str) -> Client:
    client = browser()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


def is_signed_in(client: Client) -> bool:
    return client.get("/profile/").status_code == 200


def test_signing_in_begins_a_new_session() -> None:
    user, client = person(), browser()
    client.get("/accounts/login/")
    client.cookies[settings.SESSION_COOKIE_NAME] = "planted" * 5
    sign_in(client, user)
    first = session_key(client)
    assert re.fullmatch(r"[a-z0-9]{32}", first)
    client.post("/accounts/logout/")
    sign_in(client, user)
    assert session_key(client) != first


def test_a_made_up_session_signs_nobody_in() -> None:
    assert not is_signed_in(with_session("a" * 32))


def test_after_signing_out_the_old_cookie_opens_nothing() -> None:
    client = signed_in(person())
    key = session_key(client)
    assert is_signed_in(with_session(key))
    client.post("/accounts/logout/")
    assert not is_signed_in(with_session(key))


def test_a_disabled_account_is_signed_out_everywhere() -> None:
    user = person(Role.FINANCE)
    client = signed_in(user)
    assert client.get("/admin/").status_code == 200
    user.is_active = False
    user.save()
    assert client.get("/admin/")["Location"].startswith("/accounts/login/")


def test_every_page_behind_sign_in_offers_to_sign_out() -> None:
    user = person()
    caregiver_of(user)
    client = signed_in(user)
    for path in CAREGIVER_PAGES:
        assert "/accounts/logout/" in client.get(path).content.decode(), path
    assert "logout" in signed_in(person(Role.FINANCE), "203.0.113.8").get("/admin/").content.decode()


def test_no_page_behind_sign_in_is_kept_by_the_browser() -> None:
    client = signed_in(person())
    for path in (*CAREGIVER_PAGES, "/", "/accounts/email/", "/accounts/2fa/", "/does-not-exist/"):
        assert "no-store" in client.get(path)["Cache-Control"], path
    staff = signed_in(person(Role.FINANCE), "203.0.113.8")
    for path in ("/admin/", "/admin/payments/payment/", "/admin/snippets/bookings/booking/"):
        assert "no-store" in staff.get(path)["Cache-Control"], path


def test_signing_out_clears_what_the_browser_kept() -> None:
    answer = signed_in(person()).post("/accounts/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
