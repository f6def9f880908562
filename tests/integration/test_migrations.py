"""Migrations go back as cleanly as they go forth."""

import os
import subprocess
import sys

import psycopg
import pytest

from tests.services import ROOT


@pytest.mark.parametrize("app", ["payments", "bookings", "notifications"])
def test_an_apps_migrations_reverse_and_apply_again(app: str) -> None:
    name = f"reverse_{app}_{os.getpid()}"
    admin = os.environ["DATABASE_URL"]
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE portal_template")
    environment = {
        **os.environ,
        "DATABASE_URL": admin.rpartition("/")[0] + f"/{name}",
        "DJANGO_SETTINGS_MODULE": "portal.settings.test",
    }
    for target in ([app, "zero"], [app]):
        command = [sys.executable, "manage.py", "migrate", "-v0", *target]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
