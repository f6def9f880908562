"""What staging and production may not be told to do."""

import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.serializers import JSONSerializer
from django.utils.module_loading import import_string

from portal.celery import app
from portal.settings import base, deployed


def test_debug_is_off() -> None:
    assert settings.DEBUG is False
    assert settings.INTERNAL_IPS == []


def test_tasks_and_sessions_are_json() -> None:
    assert app.conf.task_serializer == "json"
    assert list(app.conf.accept_content) == ["json"]
    assert import_string(settings.SESSION_SERIALIZER) is JSONSerializer


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
