"""Migrations go back as cleanly as they go forth."""

import os
import subprocess
import sys
from typing import Final

import psycopg

from tests.services import ROOT

# The first takes with it whatever stands on caregivers: bookings, payments, pages and media.
THERE_AND_BACK: Final[tuple[list[str], ...]] = (["caregivers", "zero"], ["notifications", "zero"], [])


def test_every_apps_migrations_reverse_and_apply_again() -> None:
    name = f"reverse_{os.getpid()}"
    admin = os.environ["DATABASE_URL"]
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE portal_template")
    address = admin.rpartition("/")[0] + f"/{name}"
    environment = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "portal.settings.test"}
    for target in THERE_AND_BACK:
        command = [sys.executable, "manage.py", "migrate", "-v0", *target]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
        assert _applied(address, "payments") is (target == [])


def _applied(address: str, app: str) -> bool:
    """Whether `app` has tables in the database at `address`."""
    with psycopg.connect(address) as connection:
        row = connection.execute("SELECT EXISTS (SELECT FROM django_migrations WHERE app = %s)", [app]).fetchone()
    return bool(row and row[0])
