"""The user admin: invitations, corrected addresses, second factors; and no way to become a superuser."""

import re
import time
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.models import Group
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.notifications.domain.send import send_waiting
from portal.security.invitations import accept_invitation, invite_colleague, invited_by_token, token_for
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
NEW = "three calm grey herons"


@pytest.fixture(autouse=True)
def _one_factor(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False


def person(role: Role, *, superuser: bool = False, **fields: object) -> User:
    user = UserFactory(is_superuser=superuser, **fields)
    user.groups.add(Group.objects.get(name=role.value))
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


@pytest.fixture
def admin() -> User:
    return person(Role.ADMINISTRATOR)


@pytest.fixture
def root() -> User:
    return person(Role.ADMINISTRATOR, superuser=True)


def role(which: Role) -> int:
    return Group.objects.get(name=which.value).pk


def details(user: User, **changed: object) -> dict[str, object]:
    """The edit form as it stands, with changes."""
    form: dict[str, object] = {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "is_active": "on",
        "groups": [group.pk for group in user.groups.all()],
    }
    return {**form, **changed}


def actions(user: User) -> list[str]:
    rows = AuditEvent.objects.filter(object_type="accounts.user", object_id=str(user.pk)).order_by("pk")
    return [row.action.removeprefix("security.") for row in rows]


def told() -> list[tuple[str, str]]:
    send_waiting()
    return sorted((message.to[0], str(message.subject)) for message in mail.outbox)


# No way up


def test_an_administrator_makes_nobody_a_superuser(admin: User) -> None:
    client, colleague = signed_in(admin), person(Role.FINANCE)
    new = {"email": "new@example.com", "first_name": "Nora", "last_name": "Reed", "groups": [role(Role.MANAGER)]}
    client.post("/admin/users/new/", {**new, "is_superuser": "on"})
    client.post(f"/admin/users/edit/{colleague.pk}/", details(colleague, is_superuser="on"))
    client.post(f"/admin/users/edit/{admin.pk}/", details(admin, is_superuser="on"))
    assert User.objects.count() == 3
    assert not User.objects.filter(is_superuser=True).exists()
    assert "is_superuser" not in client.get(f"/admin/users/edit/{colleague.pk}/").content.decode()


def test_a_superuser_makes_a_superuser_and_the_trail_says_so(root: User) -> None:
    colleague = person(Role.ADMINISTRATOR)
    signed_in(root).post(f"/admin/users/edit/{colleague.pk}/", details(colleague, is_superuser="on"))
    colleague.refresh_from_db()
    assert colleague.is_superuser
    row = AuditEvent.objects.filter(action="security.user_changed", object_id=str(colleague.pk)).get()
    assert (row.actor_id, row.data) == (str(root.pk), {"fields": "is_superuser"})


def test_an_administrator_touches_no_superuser_on_any_page(admin: User, root: User) -> None:
    client = signed_in(admin)
    totp.TOTP.activate(root, totp.generate_totp_secret())
    before = User.objects.values().get(pk=root.pk)
    for path in ("edit/{}/", "delete/{}/", "{}/invitation/", "{}/second-step/", "copy/{}/"):
        address = "/admin/users/" + path.format(root.pk)
        form = details(root, email="mine@example.com", reason="lost", password1=NEW, password2=NEW)
        assert {client.get(address).status_code, client.post(address, form).status_code} <= {403, 404}, path
    bulk = "/admin/bulk/accounts/user/{}/?id={}&next=/admin/users/"
    client.post(bulk.format("set_active_state", root.pk), {"mark_as_active": "False"})
    client.post(bulk.format("assign_role", root.pk), {"role": role(Role.FINANCE)})
    client.post(bulk.format("delete", root.pk))
    assert User.objects.values().get(pk=root.pk) == before
    assert [group.name for group in root.groups.all()] == ["Administrator"]
    assert Authenticator.objects.filter(user=root).exists()
    assert f"/admin/users/edit/{root.pk}/" not in client.get("/admin/users/").content.decode()


def test_nobody_gives_themselves_a_role(admin: User) -> None:
    client = signed_in(admin)
    client.post(f"/admin/users/edit/{admin.pk}/", details(admin, groups=[role(Role.FINANCE)]))
    client.post(f"/admin/bulk/accounts/user/assign_role/?id={admin.pk}", {"role": role(Role.FINANCE)})
    assert [group.name for group in admin.groups.all()] == ["Administrator"]


def test_an_administrator_gives_only_roles_of_the_portal_and_takes_no_other_group_away(admin: User) -> None:
    special = Group.objects.create(name="Made by a superuser")
    colleague, other = person(Role.EDITOR), person(Role.EDITOR)
    colleague.groups.add(special)
    client = signed_in(admin)
    client.post(f"/admin/users/edit/{colleague.pk}/", details(colleague, groups=[role(Role.MANAGER)]))
    client.post(f"/admin/users/edit/{other.pk}/", details(other, groups=[special.pk]))
    client.post(f"/admin/bulk/accounts/user/assign_role/?id={other.pk}", {"role": special.pk})
    assert sorted(group.name for group in colleague.groups.all()) == ["Made by a superuser", "Manager"]
    assert [group.name for group in other.groups.all()] == ["Content editor"]


def test_no_page_of_the_admin_takes_a_typed_password(admin: User) -> None:
    client, colleague = signed_in(admin), person(Role.EDITOR)
    hashed = colleague.password
    client.post(f"/admin/users/edit/{colleague.pk}/", details(colleague, password1=NEW, password2=NEW))
    colleague.refresh_from_db()
    assert colleague.password == hashed
    for address in ("/admin/users/new/", f"/admin/users/edit/{colleague.pk}/", "/admin/account/"):
        assert 'type="password"' not in client.get(address).content.decode(), address


# Invitations


def test_a_colleague_is_invited_chooses_a_password_and_is_led_to_the_second_factor(
    admin: User, settings: Settings
) -> None:
    form = {
        "email": "Nora.Editor@Example.com",
        "first_name": "Nora",
        "last_name": "Reed",
        "groups": [role(Role.EDITOR)],
    }
    assert signed_in(admin).post("/admin/users/new/", form).status_code == 302
    nora = User.objects.get(email="nora.editor@example.com")
    assert not nora.has_usable_password()
    assert told() == [("nora.editor@example.com", "You’ve been invited to the portal")]
    link = re.search(r"(/accounts/invitation/\S+)", str(mail.outbox[0].body))
    assert link is not None
    settings.STAFF_SECOND_FACTOR_REQUIRED = True
    client = Client()
    assert client.get(link[1])["Referrer-Policy"] == "strict-origin"  # less, and a browser's form has no Origin
    assert client.post(link[1], {"password": "short"}).status_code == 422
    assert client.post(link[1], {"password": NEW})["Location"] == "/accounts/login/"
    assert client.get(link[1]).status_code == 404
    reply = client.post("/accounts/login/", {"login": "nora.editor@example.com", "password": NEW})
    assert reply["Location"] == "/admin/"
    assert client.get("/admin/")["Location"] == "/accounts/2fa/"
    assert actions(nora)[-1] == "invitation_accepted"


def test_an_invitation_ends_with_its_time_a_newer_one_a_closed_account_or_a_corrected_address() -> None:
    user = UserFactory()
    user.set_unusable_password()
    user.save()
    first = token_for(user)
    assert invited_by_token(first) == user
    invite_colleague(user)
    second = token_for(user)
    assert invited_by_token(first) is None
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert invited_by_token(second) is None
    User.objects.filter(pk=user.pk).update(is_active=True)
    assert invited_by_token(second + "x") is None
    User.objects.filter(pk=user.pk).update(email="corrected@example.com")
    assert invited_by_token(second) is None


def test_an_invitation_is_over_after_seven_days(monkeypatch: pytest.MonkeyPatch) -> None:
    user = UserFactory()
    user.set_unusable_password()
    user.save()
    token = token_for(user)
    at = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: at + 7 * 86400 - 60)
    assert invited_by_token(token) == user
    monkeypatch.setattr("django.core.signing.time.time", lambda: at + 7 * 86400 + 60)
    assert invited_by_token(token) is None
    assert accept_invitation(token, NEW) is False


def test_the_invitation_is_sent_again_and_not_to_somebody_with_a_password(admin: User) -> None:
    client, colleague = signed_in(admin), person(Role.EDITOR)
    assert client.post(f"/admin/users/{colleague.pk}/invitation/").status_code == 403
    colleague.set_unusable_password()
    colleague.save()
    assert "Send the invitation again" in client.get(f"/admin/users/edit/{colleague.pk}/").content.decode()
    assert client.post(f"/admin/users/{colleague.pk}/invitation/").status_code == 302
    assert told() == [(colleague.email, "You’ve been invited to the portal")]


# Addresses


def test_a_corrected_address_is_the_one_primary_address_and_both_are_told(admin: User) -> None:
    colleague = person(Role.FINANCE, email="wrong@example.com")
    signed_in(admin).post(f"/admin/users/edit/{colleague.pk}/", details(colleague, email="Right@Example.com"))
    rows = EmailAddress.objects.filter(user=colleague).values_list("email", "primary", "verified")
    assert list(rows) == [("right@example.com", True, False)]
    assert told() == [
        ("right@example.com", "Your account has changed"),
        ("wrong@example.com", "Your account has changed"),
    ]
    assert all("right@" not in str(message.body) for message in mail.outbox)
    assert "user_changed" in actions(colleague)


def test_a_correction_to_a_proven_further_address_stays_proven(admin: User) -> None:
    colleague = person(Role.FINANCE, email="wrong@example.com")
    EmailAddress.objects.create(user=colleague, email="right@example.com", verified=True)
    signed_in(admin).post(f"/admin/users/edit/{colleague.pk}/", details(colleague, email="right@example.com"))
    rows = EmailAddress.objects.filter(user=colleague).values_list("email", "primary", "verified")
    assert list(rows) == [("right@example.com", True, True)]


@pytest.mark.parametrize("taken", ["taken@example.com", "Further@example.com", "mi\u212ae@example.com"])
def test_an_address_that_is_taken_or_not_plain_is_refused(admin: User, taken: str) -> None:
    other = person(Role.CAREGIVER, email="taken@example.com")
    EmailAddress.objects.create(user=other, email="further@example.com", verified=True)
    colleague = person(Role.FINANCE, email="mine@example.com")
    page = signed_in(admin).post(f"/admin/users/edit/{colleague.pk}/", details(colleague, email=taken)).content.decode()
    assert re.search("Another account already uses this email address|using plain letters", page)
    colleague.refresh_from_db()
    assert colleague.email == "mine@example.com"


def test_ones_own_address_is_not_changed_without_proof(admin: User) -> None:
    signed_in(admin).post(f"/admin/users/edit/{admin.pk}/", details(admin, email="other@example.com"))
    assert not User.objects.filter(email="other@example.com").exists()


def test_users_are_found_by_a_further_address(admin: User) -> None:
    colleague = person(Role.FINANCE, last_name="Zwingli")
    EmailAddress.objects.create(user=colleague, email="further@example.com", verified=True)
    page = signed_in(admin).get("/admin/users/?q=further@example.com").content.decode()
    assert page.count("Zwingli") >= 1
    assert "Zwingli" not in signed_in(admin).get("/admin/users/?q=nobody@example.com").content.decode()


# Second factors


def test_a_colleagues_factor_is_reset_with_a_reason_and_they_are_told_and_signed_out(admin: User) -> None:
    colleague = person(Role.FINANCE)
    theirs, client = Client(), signed_in(admin)
    theirs.post("/accounts/login/", {"login": colleague.email, "password": PASSWORD})
    totp.TOTP.activate(colleague, totp.generate_totp_secret())
    assert theirs.get("/dashboard/").status_code == 200
    address = f"/admin/users/{colleague.pk}/second-step/"
    page = client.post(address, {})
    assert page.status_code == 422
    assert "Choose a reason." in page.content.decode()
    assert client.post(address, {"reason": "lost"}).status_code == 302
    assert not Authenticator.objects.filter(user=colleague).exists()
    assert theirs.get("/dashboard/").status_code == 302
    assert client.get("/admin/").status_code == 200
    row = AuditEvent.objects.get(action="security.second_factor_reset")
    assert (row.object_id, row.actor_id, row.data) == (str(colleague.pk), str(admin.pk), {"reason": "lost"})
    assert told() == [(colleague.email, "Your account has changed")]


def test_a_reset_from_an_old_session_asks_first_and_keeps_the_reason(admin: User, settings: Settings) -> None:
    colleague, client = person(Role.FINANCE), signed_in(admin)
    totp.TOTP.activate(colleague, totp.generate_totp_secret())
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    address = f"/admin/users/{colleague.pk}/second-step/"
    assert client.post(address, {"reason": "lost"})["Location"].startswith("/accounts/reauthenticate/?next=%2Fadmin")
    assert Authenticator.objects.filter(user=colleague).exists()
    assert client.get(address).context["form"]["reason"].value() == "lost"


def test_nobody_resets_their_own_factor_nor_a_superusers_on_a_page(admin: User, root: User) -> None:
    totp.TOTP.activate(admin, totp.generate_totp_secret())
    assert signed_in(admin).post(f"/admin/users/{admin.pk}/second-step/", {"reason": "lost"}).status_code == 403
    assert signed_in(root).post(f"/admin/users/{root.pk}/second-step/", {"reason": "lost"}).status_code == 403
    other = person(Role.ADMINISTRATOR, superuser=True)
    assert signed_in(root).post(f"/admin/users/{other.pk}/second-step/", {"reason": "lost"}).status_code == 403
    for which in (Role.COORDINATOR, Role.CAREGIVER):
        assert (
            signed_in(person(which)).post(f"/admin/users/{admin.pk}/second-step/", {"reason": "lost"}).status_code
            == 403
        )
    assert Authenticator.objects.filter(user=admin).exists()


def test_the_command_resets_a_superusers_factor(root: User) -> None:
    totp.TOTP.activate(root, totp.generate_totp_secret())
    with pytest.raises(CommandError):
        call_command("reset_second_factor", root.email, stdout=StringIO())
    with pytest.raises(CommandError, match="No account"):
        call_command("reset_second_factor", "nobody@example.com", reason="lost", stdout=StringIO())
    call_command("reset_second_factor", root.email.upper(), reason="stolen", stdout=StringIO())
    assert not Authenticator.objects.filter(user=root).exists()
    assert AuditEvent.objects.get(action="security.second_factor_reset").data == {"reason": "stolen"}
    assert told() == [(root.email, "Your account has changed")]
