"""A person with a proven address, and what the security log says."""

from collections.abc import Sequence

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from tests.factories import UserFactory

PASSWORD = "correct horse battery"
Line = tuple[str, str, int | None]  # event, outcome, user id


def person(role: Role = Role.CAREGIVER) -> User:
    """A caregiver, or one of the staff."""
    user = UserFactory()
    user.groups.add(Group.objects.get(name=role.value))
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def code_now(secret: str) -> str:
    """What an authenticator app shows; used codes are forgotten, as thirty seconds do."""
    cache.clear()
    return totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))


def sign_in(client: Client, user: User, password: str = PASSWORD, **headers: str) -> str:
    """Where signing in leads, or the page's words when it is refused."""
    response = client.post("/accounts/login/", {"login": user.email, "password": password}, headers=headers)
    return response["Location"] if response.status_code == 302 else response.content.decode()


def confirm_password(client: Client) -> None:
    """What is asked before a lock is changed."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def lines(caplog: pytest.LogCaptureFixture) -> Sequence[Line]:
    """Event, outcome and account of each line since the last call."""
    entries = [vars(entry) for entry in caplog.records if entry.name == "portal.security"]
    caplog.clear()
    return [(entry["event"], entry["outcome"], entry["user_id"]) for entry in entries]


def audited(user: User) -> Sequence[tuple[str, str, str]]:
    """Action, actor's id and source of each audit row about the account."""
    rows = AuditEvent.objects.filter(object_type="accounts.user", object_id=str(user.pk)).order_by("pk")
    return list(rows.values_list("action", "actor_id", "source"))
