"""The demo's mailbox shows each message as text and as it is designed, with its files to save."""

from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import include, path
from pytest_django import Settings

from portal.urls import urlpatterns as portal_addresses

urlpatterns = [path("demo/", include("ops.demo.urls")), *portal_addresses]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def address(settings: Settings, tmp_path: Path) -> str:
    """Where the one message is read."""
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "portal.common.mail.EmlFileBackend", tmp_path
    message = EmailMultiAlternatives("Hello Ann", "In words", "bookings@example.org", ["ann@example.com"])
    message.attach_alternative("<p style='color: red'>In colour</p>", "text/html")
    message.attach("entry.ics", "BEGIN:VCALENDAR", "text/calendar")
    message.send()
    [file] = tmp_path.glob("*.eml")
    return f"/demo/mail/{file.stem}/"


def test_a_message_is_listed_and_read(client: Client, address: str) -> None:
    assert address in client.get("/demo/mail/").content.decode()
    page = client.get(address).content.decode()
    assert ("In words" in page, "In colour" in page) == (True, False)
    assert f'<a href="{address}designed/">' in page
    assert f'<a href="{address}attachment/0/">entry.ics</a>' in page


def test_its_design_may_use_inline_styles_and_no_script(client: Client, address: str) -> None:
    response = client.get(f"{address}designed/")
    assert response.content.decode().strip() == "<p style='color: red'>In colour</p>"
    assert "style-src 'self' 'unsafe-inline'" in response["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-inline'" not in response["Content-Security-Policy"]


def test_its_files_are_saved_never_shown(client: Client, address: str) -> None:
    response = client.get(f"{address}attachment/0/")
    assert (response.content, response["Content-Type"]) == (b"BEGIN:VCALENDAR", "text/calendar")
    assert response["Content-Disposition"] == 'attachment; filename="entry.ics"'
    assert client.get(f"{address}attachment/1/").status_code == 404
    assert client.get("/demo/mail/none/designed/").status_code == 404
