"""An empty database under production settings becomes a site whose staff can do their jobs."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.installation_tasks import check_all, install
from tests.installed import Installed


@pytest.fixture
def database() -> Iterator[str]:
    """A migrated database that nobody has touched."""
    name = f"installed_{os.getpid()}"
    admin = os.environ["DATABASE_URL"]
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE portal_template")
        yield f"{admin.rpartition('/')[0]}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_an_empty_installation_works_for_every_role(tmp_path: Path, database: str) -> None:
    portal = Installed(tmp_path, database)
    install(portal)
    with portal.serving():
        check_all(portal)
    before = portal.rows("SELECT count(*), max(latest_revision_created_at) FROM wagtailcore_page")
    portal.manage("bootstrap_site")
    assert portal.rows("SELECT count(*), max(latest_revision_created_at) FROM wagtailcore_page") == before
