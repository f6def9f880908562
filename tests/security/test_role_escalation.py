"""Nobody gives themselves more than they have, whichever page they try."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.test import Client

from portal.accounts.models import User
from portal.accounts.roles import STAFF_ROLES, Role
from portal.security.invitations import invite_colleague, token_for
from tests.security.people import browser, person, signed_in, superuser

pytestmark = pytest.mark.django_db


def attempts(client: Client, target: User) -> list[int]:
    """The answers to every page of the user and group admin that changes somebody."""
    finance = Group.objects.get(name=Role.FINANCE.value)
    form = {
        "email": "taken-over@example.com",
        "first_name": "Mallory",
        "last_name": "M",
        "is_active": "on",
        "is_superuser": "on",
        "groups": [finance.pk],
        "password1": "three calm grey herons",
        "password2": "three calm grey herons",
        "reason": "lost",
        "name": "Mine",
        "mark_as_active": "False",
        "role": finance.pk,
    }
    paths = (
        f"/admin/users/edit/{target.pk}/",
        f"/admin/users/copy/{target.pk}/",
        f"/admin/users/delete/{target.pk}/",
        f"/admin/users/{target.pk}/invitation/",
        f"/admin/users/{target.pk}/second-step/",
        "/admin/groups/new/",
        f"/admin/groups/edit/{finance.pk}/",
        f"/admin/bulk/accounts/user/assign_role/?id={target.pk}",
        f"/admin/bulk/accounts/user/set_active_state/?id={target.pk}",
        f"/admin/bulk/accounts/user/delete/?id={target.pk}",
    )
    return [client.post(path, form).status_code for path in paths]


def test_no_role_touches_a_superuser_or_becomes_one() -> None:
    root = superuser()
    before = User.objects.values().get(pk=root.pk)
    for role in sorted(STAFF_ROLES):
        client = signed_in(person(role))
        answers = attempts(client, root)
        assert set(answers[:7]) <= {302, 403, 404}, role
        groups_before = set(root.groups.values_list("name", flat=True))
        assert groups_before == {"Administrator"}
    assert User.objects.values().get(pk=root.pk) == before
    assert User.objects.filter(is_superuser=True).count() == 1
    assert Authenticator.objects.filter(user=root).exists()
    assert not Group.objects.filter(name="Mine").exists()


def test_no_role_but_the_administrator_changes_a_colleague() -> None:
    colleague = person(Role.MANAGER)
    before = User.objects.values().get(pk=colleague.pk)
    for role in sorted(STAFF_ROLES - {Role.ADMINISTRATOR}):
        attempts(signed_in(person(role)), colleague)
    assert User.objects.values().get(pk=colleague.pk) == before
    assert [group.name for group in colleague.groups.all()] == ["Manager"]
    assert Authenticator.objects.filter(user=colleague).exists()


def test_an_administrator_cannot_raise_themselves() -> None:
    admin = person(Role.ADMINISTRATOR)
    attempts(signed_in(admin), admin)
    admin.refresh_from_db()
    assert not admin.is_superuser
    assert [group.name for group in admin.groups.all()] == ["Administrator"]
    assert Authenticator.objects.filter(user=admin).exists()


def test_an_invitation_opens_no_admin_page_without_a_second_factor() -> None:
    colleague = person(Role.FINANCE, verified=False, factor=False)
    invite_colleague(colleague)
    client = browser()
    address = f"/accounts/invitation/{token_for(colleague)}/"
    assert client.post(address, {"password": "three calm grey herons"}).status_code == 302
    assert client.get("/admin/").status_code == 302
    answer = client.post("/accounts/login/", {"login": colleague.email, "password": "three calm grey herons"})
    assert answer.status_code == 302
    assert client.get("/admin/")["Location"] == "/accounts/2fa/"
    assert client.get("/admin/users/")["Location"] == "/accounts/2fa/"
