"""allauth is the only way in: no other view signs anybody in, and no way in lets guesses or strangers through."""

import json
import os
import subprocess
import sys
from typing import Final

import pytest
from allauth.account.models import EmailAddress
from allauth.account.signals import user_logged_out
from django.contrib.auth import views as django_auth_views
from django.test import Client
from django.urls import get_resolver, include, path, reverse
from wagtail.admin.views import account as wagtail_account

from portal.accounts.roles import Role
from tests.security import resolver
from tests.security.environment import STAGING
from tests.security.people import PASSWORD, browser, code_now, person, signed_in
from tests.services import ROOT

LIVE: Final = {
    f"STRIPE_{kind}_KEY": f"{short}_live_{'0' * 24}" for kind, short in (("SECRET", "sk"), ("PUBLISHABLE", "pk"))
}
ENVIRONMENTS: Final = {"demo": {}, "staging": STAGING, "production": STAGING | LIVE}
SIGN_IN_ADDRESSES: Final = ("/accounts/login/", "/_util/login/", "/admin/login/")
GUESSES: Final = 40


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_pattern_holds_an_account_view_other_than_allauths(environment: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.security.resolver"],
        cwd=ROOT, capture_output=True, text=True, check=True,
        env={**os.environ, **ENVIRONMENTS[environment], "DJANGO_SETTINGS_MODULE": f"portal.settings.{environment}"},
    )  # fmt: skip
    assert json.loads(done.stdout) == []


def test_the_walk_sees_subclassed_wrapped_and_included_views(monkeypatch: pytest.MonkeyPatch) -> None:
    planted = [
        path("plain/", django_auth_views.LoginView.as_view()),
        path("deep/", include([path("er/", wagtail_account.PasswordResetView.as_view())])),
        path("wrapped/", lambda request, view=None: None),  # type: ignore[arg-type,return-value]
        path("harmless/", django_auth_views.redirect_to_login),
    ]
    inner = wagtail_account.LogoutView.as_view()
    planted[2].callback = lambda request: inner(request)  # type: ignore[attr-defined]
    monkeypatch.setattr(get_resolver(), "url_patterns", planted)
    assert resolver.django_account_views() == ["plain/", "deep/er/", "wrapped/"]


@pytest.mark.parametrize("name", ["wagtailcore_login", "wagtailadmin_login"])
@pytest.mark.django_db
def test_wagtails_sign_in_names_lead_to_allauth(name: str) -> None:
    answer = browser().get(reverse(name), {"next": "/library/"}, follow=True)
    assert answer.request["PATH_INFO"] == "/accounts/login/"


@pytest.mark.django_db
def test_the_admins_user_menu_signs_out_through_allauth() -> None:
    left = []
    user_logged_out.connect(lambda user, **kwargs: left.append(user), weak=False, dispatch_uid="test-left")
    user = person(Role.FINANCE)
    client = signed_in(user)
    asked = client.get(reverse("wagtailadmin_logout"))
    assert (asked.status_code, asked["Location"], is_signed_in(client)) == (302, "/accounts/logout/", True)
    answer = client.post(reverse("wagtailadmin_logout"))
    user_logged_out.disconnect(dispatch_uid="test-left")
    assert (answer.status_code, is_signed_in(client), left) == (302, False, [user])


@pytest.mark.django_db
def test_signing_out_wants_the_pages_own_token() -> None:
    client = signed_in(person())
    client.handler.enforce_csrf_checks = True
    assert client.post("/accounts/logout/").status_code == 403
    assert is_signed_in(client)


@pytest.mark.django_db
def test_no_other_address_takes_a_password() -> None:
    user = person(Role.ADMINISTRATOR)
    form = {"login": user.email, "username": user.email, "email": user.email, "password": PASSWORD}
    fixed = [f"/{route}" for route, _ in resolver.patterns() if not set("<(^[") & set(route)]
    client = browser()
    assert len(fixed) > 100
    for address in fixed:
        if address not in {"/accounts/login/", "/admin/failwhale/"}:
            client.post(address, form)
            assert not is_signed_in(client), address


@pytest.mark.parametrize("address", SIGN_IN_ADDRESSES)
@pytest.mark.django_db
def test_forty_wrong_passwords_end_in_a_refusal_of_the_right_one(address: str) -> None:
    user, client = person(Role.FINANCE, factor=False), browser()
    for number in range(GUESSES):
        client.post(address, {"login": user.email, "username": user.email, "password": f"wrong {number}"})
    client.post(address, {"login": user.email, "username": user.email, "password": PASSWORD})
    assert not is_signed_in(client)


@pytest.mark.django_db
def test_forty_wrong_codes_end_in_a_refusal_of_the_right_one() -> None:
    user, client = person(Role.FINANCE), browser()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    for number in range(GUESSES):
        client.post("/accounts/2fa/authenticate/", {"code": f"{number:06}"})
    client.post("/accounts/2fa/authenticate/", {"code": code_now()})
    assert not is_signed_in(client)


@pytest.mark.parametrize("address", SIGN_IN_ADDRESSES)
@pytest.mark.django_db
def test_a_password_alone_opens_nothing_where_a_factor_is_enrolled(address: str) -> None:
    user, client = person(Role.FINANCE), browser()
    client.post(address, {"login": user.email, "username": user.email, "password": PASSWORD})
    assert not is_signed_in(client)
    for page in ("/accounts/reauthenticate/", "/accounts/2fa/recovery-codes/", "/accounts/2fa/totp/deactivate/"):
        assert client.get(page)["Location"].startswith("/accounts/login/"), page


@pytest.mark.parametrize("address", SIGN_IN_ADDRESSES)
@pytest.mark.django_db
def test_the_former_address_signs_nobody_in(address: str) -> None:
    user, former = person(), "former@example.com"
    EmailAddress.objects.filter(user=user).update(email="today@example.com")
    user.email = "today@example.com"
    user.save()
    client = browser()
    client.post(address, {"login": former, "username": former, "password": PASSWORD})
    assert not is_signed_in(client)


@pytest.mark.parametrize("address", SIGN_IN_ADDRESSES)
@pytest.mark.django_db
def test_somebody_unverified_is_asked_to_verify(address: str) -> None:
    user, client = person(verified=False), browser()
    client.post(address, {"login": user.email, "username": user.email, "password": PASSWORD})
    assert not is_signed_in(client)
    for page in ("/people/", "/book/", "/dashboard/"):
        assert client.get(page)["Location"].startswith("/accounts/login/"), page
