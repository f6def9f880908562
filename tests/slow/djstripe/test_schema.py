"""Our generated dj-stripe migrations make the schema that dj-stripe's own make."""

import os
import re
import subprocess
import sys

import psycopg
import pytest

from tests.services import ROOT

COLUMNS = """
    SELECT table_name, column_name, udt_name, character_maximum_length, numeric_precision, numeric_scale, is_nullable,
           is_identity, column_default
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name LIKE 'djstripe%'
"""
INDEXES = "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename LIKE 'djstripe%'"
CONSTRAINTS = """
    SELECT conrelid::regclass::text, contype::text, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE conrelid::regclass::text LIKE 'djstripe%'
"""
Schema = dict[str, list[tuple[object, ...]]]


def migrated(settings: str) -> str:
    """A new database with every migration applied; its address."""
    name = f"schema_{settings.rpartition('.')[2]}_{os.getpid()}"
    admin = os.environ["DATABASE_URL"]
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    address = admin.rpartition("/")[0] + f"/{name}"
    environment = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": settings}
    command = [sys.executable, "manage.py", "migrate", "-v0", "djstripe"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return address


def without_name(definition: str) -> str:
    """An index's definition without its generated name."""
    return re.sub(r"INDEX \S+ ON", "INDEX ON", definition)


def schema(address: str) -> Schema:
    """What the database says of dj-stripe's tables, in no order."""
    with psycopg.connect(address) as connection:
        return {
            "columns": sorted(connection.execute(COLUMNS).fetchall(), key=str),
            "indexes": sorted((t, without_name(d)) for t, d in connection.execute(INDEXES).fetchall()),
            "constraints": sorted(connection.execute(CONSTRAINTS).fetchall(), key=str),
        }


@pytest.mark.slow
def test_both_make_the_same_tables_columns_indexes_and_constraints() -> None:
    ours, theirs = (schema(migrated(s)) for s in ("portal.settings.test", "tests.slow.djstripe.real_migrations"))
    assert len({row[0] for row in theirs["columns"]}) > 20
    for part, rows in theirs.items():
        missing = [row for row in rows if row not in ours[part]]
        extra = [row for row in ours[part] if row not in rows]
        assert (part, missing, extra) == (part, [], [])
