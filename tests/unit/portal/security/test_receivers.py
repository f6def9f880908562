"""The security log and the audit trail hear of every sign-in, refusal and change of an account."""

import logging

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.models import Group, Permission
from django.test import Client
from pytest_django import Settings

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from tests.factories import UserFactory
from tests.sign_in import authenticated
from tests.unit.portal.security.helpers import (
    PASSWORD,
    audited,
    code_now,
    confirm_password,
    lines,
    person,
    sign_in,
)  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _every_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "portal.security")


def test_signing_in_and_out(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    user = person()
    lines(caplog)
    sign_in(client, user)
    assert lines(caplog) == [("sign_in", "success", user.pk)]
    client.post("/accounts/logout/")
    assert lines(caplog) == [("sign_out", "success", user.pk)]


def test_a_sign_in_says_by_which_steps(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    user, secret = person(Role.FINANCE), totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    sign_in(client, user)
    client.post("/accounts/2fa/authenticate/", {"code": code_now(secret)})
    [entry] = [vars(entry) for entry in caplog.records if getattr(entry, "event", "") == "sign_in"]
    assert entry["methods"] == "password mfa"


def test_a_wrong_password_is_a_refusal_and_nothing_typed_is_in_the_log(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    user = person()
    caplog.clear()
    sign_in(client, user, "hunter2 hunter2")
    client.post("/accounts/login/", {"login": "nobody@example.com", "password": "hunter2 hunter2"})
    assert "hunter2" not in caplog.text
    assert "example.com" not in str([vars(entry) for entry in caplog.records if entry.name == "portal.security"])
    assert [line[:2] for line in lines(caplog)] == [("sign_in", "refused")] * 2


def test_a_wrong_password_asked_again_is_no_sign_in(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    user = person()
    sign_in(client, user)
    lines(caplog)
    client.post("/accounts/reauthenticate/", {"password": "wrong"})
    confirm_password(client)
    assert lines(caplog) == [("reauthentication", "refused", user.pk), ("reauthentication", "success", user.pk)]


def test_a_factor_that_is_wrong_right_or_a_recovery_code(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    user, secret = person(Role.FINANCE), totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    codes = RecoveryCodes.activate(user).generate_codes()
    sign_in(client, user)
    lines(caplog)
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert lines(caplog) == [("second_factor", "refused", user.pk)]
    client.post("/accounts/2fa/authenticate/", {"code": code_now(secret)})
    assert lines(caplog) == [("second_factor", "success", user.pk), ("sign_in", "success", user.pk)]
    other = Client()
    sign_in(other, user)
    other.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert lines(caplog) == [("recovery_code_used", "success", user.pk), ("sign_in", "success", user.pk)]
    assert audited(user)[-1] == ("security.recovery_code_used", str(user.pk), "staff")


@pytest.mark.django_db(transaction=True)
def test_factors_added_and_removed(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    user = person()
    sign_in(client, user)
    confirm_password(client)
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    lines(caplog)
    client.post("/accounts/2fa/totp/activate/", {"code": code_now(secret)})
    assert sorted(lines(caplog)) == [
        ("recovery_codes_generated", "success", user.pk),
        ("second_factor_added", "success", user.pk),
    ]
    client.post("/accounts/2fa/recovery-codes/generate/")
    client.post("/accounts/2fa/totp/deactivate/")
    assert [line[0] for line in lines(caplog)][:2] == ["recovery_codes_generated", "second_factor_removed"]
    actions = [row[0] for row in audited(user)]
    assert "security.second_factor_added" in actions
    assert "security.second_factor_removed" in actions
    assert not Authenticator.objects.filter(user=user).exists()


def test_passwords_and_addresses(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    user = person()
    sign_in(client, user)
    confirm_password(client)
    lines(caplog)
    client.post("/accounts/email/", {"action_add": "", "email": "second@example.com"})
    second = EmailAddress.objects.get(email="second@example.com")
    EmailAddress.objects.filter(pk=second.pk).update(verified=True)
    client.post("/accounts/email/", {"action_primary": "", "email": "second@example.com"})
    client.post("/accounts/email/", {"action_remove": "", "email": user.email})
    new = {"oldpassword": PASSWORD, "password1": "another calm sentence", "password2": "another calm sentence"}
    client.post("/accounts/password/change/", new)
    said = [line[0] for line in lines(caplog)]
    assert [event for event in said if event.startswith(("email", "password"))] == [
        "email_added", "email_changed", "email_removed", "password_changed",
    ]  # fmt: skip
    assert {(action, by, source) for action, by, source in audited(user) if "email" in action} == {
        ("security.email_added", str(user.pk), "caregiver"),
        ("security.email_changed", str(user.pk), "caregiver"),
        ("security.email_removed", str(user.pk), "caregiver"),
    }
    assert AuditEvent.objects.get(action="security.email_changed").data == {"address": second.pk}


def test_what_an_administrator_does_to_a_colleague_is_audited_as_theirs(client: Client, settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    administrator, colleague = person(Role.ADMINISTRATOR), person(Role.EDITOR)
    AuditEvent.objects.all()._raw_delete("default")  # type: ignore[attr-defined]
    client.force_login(administrator, backend="allauth.account.auth_backends.AuthenticationBackend")
    authenticated(client, administrator)
    form = {
        "email": colleague.email, "first_name": "Nora", "last_name": colleague.last_name,
        "groups": [Group.objects.get(name=Role.FINANCE.value).pk],
    }  # fmt: skip
    response = client.post(f"/admin/users/edit/{colleague.pk}/", form)
    assert response.status_code == 302, response.context["form"].errors
    by = (str(administrator.pk), "staff")
    assert set(audited(colleague)) == {
        ("security.user_changed", *by),
        ("security.user_deactivated", *by),
        ("security.roles_changed", *by),
    }
    assert AuditEvent.objects.get(action="security.user_changed").data == {"fields": "first_name"}
    roles = AuditEvent.objects.filter(action="security.roles_changed").values_list("data", flat=True)
    assert {(row["role"], row["change"]) for row in roles} == {("Content editor", "removed"), ("Finance", "added")}


def test_a_role_given_from_the_group_s_side_or_cleared_is_told_too(caplog: pytest.LogCaptureFixture) -> None:
    user, group = UserFactory(), Group.objects.get(name=Role.FINANCE.value)
    group.user_set.add(user)
    user.groups.clear()
    user.groups.set([])  # no change, no row
    assert [line for line in lines(caplog) if line[0] == "roles_changed"] == [("roles_changed", "success", user.pk)] * 2
    assert audited(user) == [("security.roles_changed", "security", "schedule")] * 2


def test_a_permission_of_one_s_own_is_told(caplog: pytest.LogCaptureFixture) -> None:
    user = UserFactory()
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    assert audited(user) == [("security.roles_changed", "security", "schedule")]


def test_a_superuser_made_by_command_is_audited() -> None:
    user = User.objects.create_superuser("root@example.com", PASSWORD)
    assert audited(user) == [("security.user_created", "security", "schedule")]


def test_a_save_that_changes_nothing_watched_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    user = UserFactory()
    lines(caplog)
    user.visitor_key = "x"
    user.save()
    user.save(update_fields=["visitor_key"])
    assert lines(caplog) == []


def test_a_refusal_in_the_admin_and_elsewhere(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    user = person()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    lines(caplog)
    assert client.get("/admin/users/").status_code == 403
    assert lines(caplog) == [("permission", "refused", user.pk)]
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 403
    assert lines(caplog) == [("permission", "refused", user.pk)]


def test_a_form_without_its_token_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/accounts/login/", {}).status_code == 403
    assert lines(caplog) == [("csrf", "refused", None)]


def test_a_limit_of_allauth_s_is_told(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        client.post("/accounts/password/reset/", {"email": "a@example.com"})
    lines(caplog)
    assert client.post("/accounts/password/reset/", {"email": "a@example.com"}).status_code == 429
    assert lines(caplog) == [("limit", "limited", None)]
