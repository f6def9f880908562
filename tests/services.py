"""The suite's own PostgreSQL and Redis, ended with the session.

Their addresses are chosen before Django's settings are read; one process starts them only when a collected test uses
them, several processes at once. A migrated cluster is kept in VAR, so that a second run starts in a second. With
`CI=true` a missing server is a failure; elsewhere PostgreSQL is required all the same (the suite is about its locks),
and the message says what to install.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Final

import pytest

from ops.stack import postgres, redis
from ops.stack.program import ROOT, MissingProgram, free_port
from tests.security.environment import SETTINGS, STAGING

__all__ = ["ROOT", "free_port"]
PORTS: Final = "TEST_SERVICES_PORTS"  # set by the process that starts the servers; xdist's workers inherit it
WITHOUT_SERVICES: Final = (ROOT / "tests/unit", ROOT / "tests/repository")  # unless a test there asks for the database
_started: list[postgres.Postgres | redis.Redis] = []
_folders: list[Path] = []
_ports: list[int] = []


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> Generator[None, None, None]:
    """Before pytest-django reads the settings."""
    os.environ.setdefault("VAR", str(ROOT / "var"))
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's own loop runs in the tests' thread
    if PORTS not in os.environ:
        _choose_addresses()
        if _only_security(args) or getattr(early_config.known_args_namespace, "numprocesses", False):
            _start()
    if _only_security(args):  # after the cluster, which is migrated under the test settings
        os.environ.update({**STAGING, "DJANGO_SETTINGS_MODULE": SETTINGS})
    return (yield)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start the servers when one of the tests that will run uses them."""
    if _ports and not _started and not session.config.option.collectonly and any(map(needs_services, session.items)):
        _start()


def needs_services(item: pytest.Item) -> bool:
    """Whether `item` uses PostgreSQL or Redis."""
    if not any(item.path.is_relative_to(folder) for folder in WITHOUT_SERVICES):
        return True
    return "db" in getattr(item, "fixturenames", ()) or item.get_closest_marker("django_db") is not None


def _only_security(args: list[str]) -> bool:
    """Whether every path of the command line lies in tests/security, which has settings of its own."""
    named = (Path(arg.partition("::")[0]).resolve() for arg in args if not arg.startswith("-"))
    paths = [path for path in named if path.is_relative_to(ROOT / "tests") and path.exists()]
    return bool(paths) and all(path.is_relative_to(ROOT / "tests/security") for path in paths)


def _choose_addresses() -> None:
    _ports.extend((free_port(), free_port()))
    os.environ[PORTS] = " ".join(map(str, _ports))
    os.environ["DATABASE_URL"] = postgres.address(_ports[0], "postgres")
    os.environ["BROKER_URL"] = redis.address(_ports[1])


def _start() -> None:
    folder, broker_folder = postgres.reachable_folder(), Path(tempfile.mkdtemp(prefix="portal-redis-"))
    _folders.extend((folder, broker_folder))
    try:
        _started.append(postgres.migrated_cluster(folder, safety=postgres.QUICK, port=_ports[0]))
        broker = redis.Redis(broker_folder, port=_ports[1])
    except MissingProgram as missing:
        pytest.exit(str(missing), 3)
    broker.start()
    _started.append(broker)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what this process started."""
    for server in reversed(_started):
        server.stop()
    for folder in _folders:
        shutil.rmtree(folder, ignore_errors=True)
    _started.clear()
    _folders.clear()
