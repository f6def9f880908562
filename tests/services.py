"""The suite's own PostgreSQL and Redis: started before Django's settings are read, ended with the session.

A cluster with a migrated template database is kept in VAR, named after the migrations and requirements that made
it, so that a second run starts in a second. With `CI=true` a missing server is a failure; elsewhere PostgreSQL is
required all the same (the suite is about its locks), and the message says what to install.
"""

import hashlib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
_started: list[subprocess.Popen[bytes]] = []
_folders: list[Path] = []


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    """Before pytest-django reads the settings. In the controlling process only; xdist's workers inherit."""
    os.environ.setdefault("VAR", str(ROOT / "var"))
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's own loop runs in the tests' thread
    if not os.environ.get("TEST_SERVICES_STARTED"):
        os.environ["TEST_SERVICES_STARTED"] = "1"
        os.environ["DATABASE_URL"] = _start_postgres()
        os.environ["BROKER_URL"] = _start_redis()
    return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what this process started."""
    for process in reversed(_started):
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
    for folder in _folders:
        shutil.rmtree(folder, ignore_errors=True)
    _started.clear()
    _folders.clear()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, seconds: float = 30) -> None:
    """Until something listens on 127.0.0.1; raises RuntimeError when nothing does in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"nothing listens on port {port}")


def _binary(name: str, *extra: Path) -> str:
    found = shutil.which(name) or next((str(p / name) for p in extra if (p / name).exists()), None)
    if not found:
        pytest.exit(f"{name} is missing: run `make test`, which installs it on Debian, or install it.", 3)
    return found


def _postgres_folders() -> list[Path]:
    return sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _as_postgres() -> dict[str, int]:
    """PostgreSQL refuses to run as root: run it as its own user there."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("postgres")
    return {"user": account.pw_uid, "group": account.pw_gid}


def _own(folder: Path) -> None:
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", "postgres:postgres", str(folder)], check=True)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    patterns = ("*/migrations/*.py", "*/*/migrations/*.py", "*/djstripe_migrations/*.py")
    files = [file for pattern in patterns for file in ROOT.glob(pattern)]
    for file in sorted([*files, ROOT / "requirements/base.txt", ROOT / "payments/messages.py"]):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _start_postgres() -> str:
    kept = Path(os.environ["VAR"]).resolve() / "test-postgres" / _fingerprint()
    folder = Path(tempfile.mkdtemp(prefix="portal-pg-"))
    _folders.append(folder)
    folder.chmod(0o755)
    data = folder / "data"
    if kept.exists():
        subprocess.run(["cp", "-a", str(kept), str(data)], check=True)
        _own(folder)
        return _run_postgres(data)
    data.mkdir()
    _own(folder)
    initdb = _binary("initdb", *_postgres_folders())
    options = ["--auth=trust", "--username=portal", "--encoding=UTF8", "--no-sync", "--no-instructions"]
    subprocess.run([initdb, "-D", str(data), *options], check=True, capture_output=True, **_as_postgres())
    address = _run_postgres(data)
    _make_template(address)
    _keep(data, kept, address)
    return _run_postgres(data)


def _run_postgres(data: Path) -> str:
    port = free_port()
    postgres = _binary("postgres", *_postgres_folders())
    options = {
        "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "200",
        "listen_addresses": "127.0.0.1", "unix_socket_directories": str(data.parent), "shared_buffers": "256MB",
    }  # fmt: skip
    flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    command = [postgres, "-D", str(data), "-p", str(port), *flags]
    with (data.parent / "postgres.log").open("ab") as log:
        _started.append(subprocess.Popen(command, stdout=log, stderr=log, **_as_postgres()))
    wait_for_port(port)
    address = f"postgres://portal@127.0.0.1:{port}/postgres"
    _wait_until_it_answers(address)
    return address


def _wait_until_it_answers(address: str) -> None:
    import psycopg

    end = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(address).close()
        except psycopg.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


def _make_template(address: str) -> None:
    """A migrated database that every test database is copied from."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE DATABASE portal_template")
    environment = {
        **os.environ,
        "DATABASE_URL": address.replace("/postgres", "/portal_template"),
        "BROKER_URL": "memory://",
        "DJANGO_SETTINGS_MODULE": "portal.settings.test",
    }
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)


def _keep(data: Path, kept: Path, address: str) -> None:
    server = _started.pop()
    server.terminate()
    server.wait(30)
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(f".{os.getpid()}")
        subprocess.run(["cp", "-a", str(data), str(part)], check=True)
        part.rename(kept)
    except OSError:
        shutil.rmtree(part, ignore_errors=True)  # another run kept its own meanwhile


def _start_redis() -> str:
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="portal-redis-"))
    _folders.append(folder)
    command = [_binary("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    _started.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    wait_for_port(port)
    return f"redis://127.0.0.1:{port}/0"
