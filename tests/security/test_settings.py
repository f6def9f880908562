"""What staging and production may not be told to do."""

import json
import logging

import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.module_loading import import_string

from portal.accounts.models import User
from portal.celery import app
from portal.common.logs import JsonFormatter
from portal.settings import base, deployed


def test_debug_is_off() -> None:
    assert settings.DEBUG is False
    assert settings.INTERNAL_IPS == []


def test_tasks_and_sessions_are_json() -> None:
    assert app.conf.task_serializer == "json"
    assert list(app.conf.accept_content) == ["json"]
    serializer = import_string(settings.SESSION_SERIALIZER)()
    assert serializer.loads(serializer.dumps({"cart": [1, "two"]})) == {"cart": [1, "two"]}
    with pytest.raises(TypeError):  # what no JSON says would have to name a class
        serializer.dumps({"cart": object()})


def test_passwords_are_hashed_as_django_does_today() -> None:
    """The tests' quick hasher replaces nothing that staging sets itself."""
    assert not hasattr(deployed, "PASSWORD_HASHERS")
    assert not hasattr(base, "PASSWORD_HASHERS")
    assert PBKDF2PasswordHasher.iterations >= 1_000_000


def test_nothing_that_an_editor_embeds_is_fetched() -> None:
    from wagtail.embeds.finders import get_finders

    assert get_finders() == []


@pytest.mark.parametrize("name", ["SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"])
def test_cookies_and_pages_travel_encrypted(name: str) -> None:
    assert getattr(settings, name) is True


@pytest.mark.django_db
def test_an_installation_begins_without_an_account() -> None:
    call_command("bootstrap_site", verbosity=0)
    assert not User.objects.exists()
    with pytest.raises(CommandError, match="Unknown command: 'seed_demo'"):
        call_command("seed_demo")


@pytest.mark.django_db
def test_trace_repeats_nothing_of_the_request(client: Client) -> None:
    answer = client.trace("/", headers={"cookie": "planted=secret", "authorization": "planted secret"})
    assert "planted" not in answer.content.decode()


def test_what_is_logged_stays_on_one_line() -> None:
    record = logging.makeLogRecord({"msg": 'first\nsecond"}', "planted": "third\r\nfourth"})
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert "\r" not in line
    entry = json.loads(line)
    assert (entry["message"], entry["planted"]) == ('first\nsecond"}', "third\r\nfourth")
    assert entry["at"][-5] in "+-"  # the offset from UTC
