"""A PostgreSQL cluster of our own, with a migrated database to copy from."""

import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Final

import psycopg

from ops.stack.program import ROOT, Program, Server, binary, free_port, python, var_folder

TEMPLATE: Final = "portal_template"
QUICK: Final = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
# A crash of PostgreSQL (not of the machine) loses nothing: commits are in the kernel before they are told.
CRASH_SAFE: Final = {"fsync": "off", "synchronous_commit": "on"}
DURABLE: Final = {"fsync": "on", "synchronous_commit": "on"}


class Stop(Enum):
    """How PostgreSQL is told to stop: its documented signals."""

    SMART = signal.SIGTERM
    FAST = signal.SIGINT
    IMMEDIATE = signal.SIGQUIT


class Postgres(Server):
    """One server on 127.0.0.1. `folder` must be reachable for the `postgres` account when we are root."""

    what = "PostgreSQL"

    def __init__(self, folder: Path, *, safety: Mapping[str, str] = DURABLE, port: int = 0) -> None:
        self.folder, self.data, self.port = folder, folder / "data", port or free_port()
        place = {"listen_addresses": "127.0.0.1", "unix_socket_directories": str(folder)}
        options = {**safety, **place, "max_connections": "200", "shared_buffers": "256MB"}
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        command = [binary("postgres", *postgres_folders()), "-D", str(self.data), "-p", str(self.port), *flags]
        self.program = Program("postgres", command, log=folder / "postgres.log", account="postgres")

    def stop(self, how: Stop = Stop.FAST) -> None:
        """Stop the server in one of its three ways."""
        self.program.stop(how.value)

    def answers(self) -> bool:
        """Whether it takes a connection now."""
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def url(self, database: str) -> str:
        """The address of a database of this server."""
        return address(self.port, database)

    def create(self, database: str, template: str = TEMPLATE) -> str:
        """Make `database` from a template and return its address."""
        self.execute("postgres", f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def execute(self, database: str, statement: str) -> list[tuple[Any, ...]]:
        """Run one statement of our own outside a transaction; rows when it has some."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


def address(port: int, database: str) -> str:
    """What DATABASE_URL takes for a database of a server at `port`."""
    return f"postgres://portal@127.0.0.1:{port}/{database}"


def reachable_folder() -> Path:
    """A new temporary folder, which the `postgres` account can reach; the caller removes it."""
    folder = Path(tempfile.mkdtemp(prefix="portal-pg-"))
    folder.chmod(0o755)
    return folder


def migrated_cluster(folder: Path, *, safety: Mapping[str, str] = DURABLE, port: int = 0) -> Postgres:
    """A running server in `folder` with the migrated database TEMPLATE.

    Migrating takes half a minute: the result is kept in VAR, named after what made it.
    """
    server = Postgres(folder, safety=safety, port=port)
    try:
        _fill(server)
        server.start()
    except BaseException:  # nobody else knows it yet: a Ctrl-C while it migrates would leave it running
        server.stop()
        raise
    return server


def _fill(server: Postgres) -> None:
    """Its data with TEMPLATE in it: a copy of what was kept, or made and kept."""
    kept = var_folder("test-postgres") / fingerprint()
    if kept.exists():
        subprocess.run(["cp", "-a", str(kept), str(server.data)], check=True)
        _own(server.folder)
        return
    _initialise(server)
    _migrate(server)
    server.stop()
    _keep(server.data, kept)


def fingerprint() -> str:
    """Of everything that a migrated database depends on."""
    digest = hashlib.sha256()
    made = ("migrations/*.py", "djstripe_migrations/*.py", "roles.py", "*messages.py")  # the last two: after migrating
    files = {file for part in made for depth in ("*", "*/*") for file in ROOT.glob(f"{depth}/{part}")}
    for file in sorted([*files, ROOT / "requirements/base.txt", ROOT / "portal/settings/base.py"]):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _initialise(server: Postgres) -> None:
    server.data.mkdir()
    _own(server.folder)
    options = ["--auth=trust", "--username=portal", "--encoding=UTF8", "--no-sync", "--no-instructions"]
    maker = Program(
        "initdb",
        [binary("initdb", *postgres_folders()), "-D", str(server.data), *options],
        log=server.folder / "initdb.log",
        account="postgres",
    )
    maker.start()
    assert maker.process is not None
    if maker.process.wait(120):
        raise RuntimeError(f"initdb failed:\n{maker.log.read_text()[-2000:]}")


def _migrate(server: Postgres) -> None:
    server.start()
    url = server.create(TEMPLATE, template="template1")
    settings = {"DJANGO_SETTINGS_MODULE": "portal.settings.test", "BROKER_URL": "memory://"}
    python("manage.py", "migrate", "-v0", env={**settings, "DATABASE_URL": url})


def _keep(data: Path, kept: Path) -> None:
    part = kept.with_suffix(f".{os.getpid()}")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", str(data), str(part)], check=True)
        part.rename(kept)
    except OSError:
        shutil.rmtree(part, ignore_errors=True)  # another run kept its own meanwhile


def postgres_folders() -> list[Path]:
    """Where Debian keeps the servers, newest first."""
    return sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _own(folder: Path) -> None:
    """PostgreSQL refuses to run as root, and wants its folder to itself."""
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", "postgres:postgres", str(folder)], check=True)
