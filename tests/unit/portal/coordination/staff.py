"""Staff's browsers, and what a page says to them."""

import re
from typing import Any

from django.contrib.auth.models import Group
from django.test import Client

from portal.accounts.roles import Role
from tests.factories import (
    UserFactory,
)
from tests.sign_in import authenticated

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def staff_with(role: Role) -> Client:
    user = UserFactory()
    user.groups.add(Group.objects.get(name=role.value))
    client = Client()
    client.force_login(user, backend=BACKEND)
    authenticated(client, user)
    client.user = user  # type: ignore[attr-defined]
    return client


def said(reply: Any) -> str:
    """The page's text, one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.content.decode()))
