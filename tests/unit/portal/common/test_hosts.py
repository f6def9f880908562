"""Links come from settings, whatever the request calls itself."""

import re

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from portal.notifications.domain.send import send_waiting
from tests.factories import CaregiverFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _deployed(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["portal.example.org", "other.example.org"]
    settings.CANONICAL_HOST = "portal.example.org"
    settings.BASE_URL = "http://portal.example.org"


@pytest.mark.parametrize("host", ["portal.example.org", "portal.example.org:9999", "OTHER.example.org"])
def test_a_reset_leads_to_the_host_of_the_settings(client: Client, host: str) -> None:
    caregiver = CaregiverFactory()
    client.post("/accounts/password/reset/", {"email": caregiver.user.email}, HTTP_HOST=host)
    send_waiting()
    links = re.findall(r"https?://[^/\s]+", str(mail.outbox[0].body))
    assert set(links) == {"http://portal.example.org"}


@pytest.mark.parametrize("host", ["evil.example", "evil.example:443", "portal.example.org.evil.example", "a b", "é"])
def test_another_host_is_refused(client: Client, host: str) -> None:
    assert client.get("/accounts/login/", HTTP_HOST=host).status_code == 400


def test_a_forwarded_host_is_not_believed(client: Client) -> None:
    caregiver = CaregiverFactory()
    lies = {"HTTP_HOST": "portal.example.org", "HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_FORWARDED": "host=evil"}
    client.post("/accounts/password/reset/", {"email": caregiver.user.email}, **lies)  # type: ignore[arg-type]
    send_waiting()
    assert "evil" not in mail.outbox[0].body
