"""An empty database under production settings, dj-stripe's own migrations too, becomes a site where staff can work."""

import os
from pathlib import Path

import psycopg
import pytest

from tests.installation_tasks import check_all, install
from tests.installed import PRODUCTION, Installed

pytestmark = pytest.mark.slow
PAGES = "SELECT count(*), max(latest_revision_created_at) FROM wagtailcore_page"


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
            before = portal.rows(PAGES)
            portal.manage("bootstrap_site")
            assert portal.rows(PAGES) == before
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
