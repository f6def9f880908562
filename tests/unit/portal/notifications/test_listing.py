"""The list of emails that were sent."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django import Settings

from portal.accounts.roles import Role
from portal.notifications.models import Notification
from tests.factories import UserFactory
from tests.pages import Elements, signed_in

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/notifications/notification/"


@pytest.fixture
def coordinator(settings: Settings) -> Client:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    user = UserFactory()
    user.groups.add(Group.objects.get(name=Role.COORDINATOR.value))
    return signed_in(user)


def test_emails_are_narrowed_by_which_one_it_is_under_its_name(coordinator: Client) -> None:
    for template, to in (("hold_ending", "amara@example.com"), ("payment_failed", "ben@example.com")):
        Notification.objects.create(template=template, to=to, dedupe_key=f"{template}:1")
    page = coordinator.get(ADDRESS).content.decode()
    assert ("amara@example.com" in page, "ben@example.com" in page) == (True, True)
    offered = {link.get("href"): link for link in Elements(page).all("a") if "template=" in str(link.get("href"))}
    assert "?template=hold_ending" in offered
    assert "hold_ending<" not in page
    narrowed = coordinator.get(ADDRESS, {"template": "hold_ending"}).content.decode()
    assert ("amara@example.com" in narrowed, "ben@example.com" in narrowed) == (True, False)
