"""Finance, signed in, and a payment of £11.25."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django import Settings

from portal.accounts.roles import Role
from tests.factories import UserFactory
from tests.sign_in import authenticated


@pytest.fixture
def signed_in(settings: Settings, db: None) -> Callable[[Role], Client]:
    """A client for somebody with the role."""
    settings.STAFF_SECOND_FACTOR_REQUIRED = False

    def client_of(role: Role) -> Client:
        user = UserFactory()
        user.groups.add(Group.objects.get(name=role.value))
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        authenticated(client, user)
        return client

    return client_of


@pytest.fixture
def finance(signed_in: Callable[[Role], Client]) -> Client:
    return signed_in(Role.FINANCE)
