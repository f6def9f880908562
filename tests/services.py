"""The suite's own PostgreSQL and Redis: started before Django's settings are read, ended with the session.

A migrated cluster is kept in VAR, so that a second run starts in a second. With `CI=true` a missing server is a
failure; elsewhere PostgreSQL is required all the same (the suite is about its locks), and the message says what to
install.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from ops.stack.postgres import QUICK, Postgres, migrated_cluster, reachable_folder
from ops.stack.program import ROOT, MissingProgram, free_port
from ops.stack.redis import Redis
from tests.security.environment import SETTINGS, STAGING

__all__ = ["ROOT", "free_port"]
_started: list[Postgres | Redis] = []
_folders: list[Path] = []


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(args: list[str]) -> Generator[None, None, None]:
    """Before pytest-django reads the settings. In the controlling process only; xdist's workers inherit."""
    os.environ.setdefault("VAR", str(ROOT / "var"))
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's own loop runs in the tests' thread
    if not os.environ.get("TEST_SERVICES_STARTED"):
        os.environ["TEST_SERVICES_STARTED"] = "1"
        try:
            _start()
        except MissingProgram as missing:
            pytest.exit(str(missing), 3)
    if _only_security(args):  # after the cluster, which is migrated under the test settings
        os.environ.update({**STAGING, "DJANGO_SETTINGS_MODULE": SETTINGS})
    return (yield)


def _only_security(args: list[str]) -> bool:
    """Whether every path of the command line lies in tests/security, which has settings of its own."""
    named = (Path(arg.partition("::")[0]).resolve() for arg in args if not arg.startswith("-"))
    paths = [path for path in named if path.is_relative_to(ROOT / "tests") and path.exists()]
    return bool(paths) and all(path.is_relative_to(ROOT / "tests/security") for path in paths)


def _start() -> None:
    folder, broker_folder = reachable_folder(), Path(tempfile.mkdtemp(prefix="portal-redis-"))
    _folders.extend((folder, broker_folder))
    database = migrated_cluster(folder, safety=QUICK)
    _started.append(database)
    broker = Redis(broker_folder)
    broker.start()
    _started.append(broker)
    os.environ["DATABASE_URL"] = database.url("postgres")
    os.environ["BROKER_URL"] = broker.url


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what this process started."""
    for server in reversed(_started):
        server.stop()
    for folder in _folders:
        shutil.rmtree(folder, ignore_errors=True)
    _started.clear()
    _folders.clear()
