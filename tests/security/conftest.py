"""Collected only when the whole run is under `tests.security.settings`; `pytest tests/security` chooses them itself."""

import os
from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.test import Client

from tests.security.environment import SETTINGS
from tests.security.people import browser

collect_ignore_glob = [] if os.environ.get("DJANGO_SETTINGS_MODULE") == SETTINGS else ["test_*.py"]


@pytest.fixture(autouse=True)
def _clean_caches() -> Iterator[None]:
    """Those in memory; what the database keeps is rolled back with the test."""
    yield
    for cache in caches.all():
        if not isinstance(cache, DatabaseCache):
            cache.clear()


@pytest.fixture
def client() -> Client:
    return browser()
