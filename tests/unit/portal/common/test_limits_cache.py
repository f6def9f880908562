"""Ten thousand other entries end no limit; what has expired goes."""

from typing import Any

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from portal.settings import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def limits(settings: Settings) -> Any:
    """The cache of the shipped settings, small enough that a test can fill it."""
    shipped = base.CACHES["default"]
    settings.CACHES = {**settings.CACHES, "default": {**shipped, "OPTIONS": {**shipped["OPTIONS"], "MAX_ENTRIES": 20}}}
    call_command("createcachetable")
    return caches["default"]


def rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM portal_cache")
        return int(cursor.fetchone()[0])


def test_many_other_limits_end_none(limits: Any) -> None:
    limits.set("allauth:rl:login_failed:a", [1, 2, 3], 300)
    for number in range(60):
        limits.set(f"allauth:rl:login_failed:{number}", [1], 300)
    assert (limits.get("allauth:rl:login_failed:a"), rows()) == ([1, 2, 3], 61)


def test_what_has_expired_is_swept(limits: Any) -> None:
    for number in range(60):
        limits.set(f"old:{number}", [1], 300)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE portal_cache SET expires = '2020-01-01'")
    limits.set("new", [1], 300)
    limits.set("newer", [1], 300)
    assert rows() == 2


def test_nothing_of_ours_lies_beside_the_limits() -> None:
    assert base.CACHES["shared"]["LOCATION"] != base.CACHES["default"]["LOCATION"]
    assert base.SESSION_ENGINE == "django.contrib.sessions.backends.db"
