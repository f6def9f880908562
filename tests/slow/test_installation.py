"""The same as tests/integration/test_installation.py with every migration that production runs, dj-stripe's own too."""

import os
from pathlib import Path

import psycopg
import pytest

from tests.installation_tasks import check_all, install
from tests.installed import PRODUCTION, Installed

pytestmark = pytest.mark.slow


def test_an_empty_database_is_migrated_and_works_for_every_role(tmp_path: Path) -> None:
    name = f"production_{os.getpid()}"
    admin = os.environ["DATABASE_URL"]
    settings = {**PRODUCTION, "DJANGO_SETTINGS_MODULE": "portal.settings.production"}
    portal = Installed(tmp_path, f"{admin.rpartition('/')[0]}/{name}", settings)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template1")
        try:
            portal.manage("migrate", "--noinput", "-v0")
            install(portal)
            with portal.serving():
                check_all(portal)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
