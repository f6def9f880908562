"""A care coordinator's browser."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django import Settings

from portal.accounts.roles import Role
from tests.factories import UserFactory


@pytest.fixture
def coordinator(client: Client, settings: Settings, db: None) -> Client:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    user = UserFactory()
    user.groups.add(Group.objects.get(name=Role.COORDINATOR.value))
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
