"""`python -m tests.upgrade.make --release FOLDER --to FILE`: the dump of a database that an older release filled.

FOLDER is a checkout of that release. Its own migrations, its web server and `fill.py` make the rows; PostgreSQL and
the Stripe sandbox are this checkout's. See README.md.
"""

import argparse
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from pkgutil import iter_modules
from typing import Final

import httpx
from djstripe import migrations as djstripe_migrations

from ops.stack.postgres import QUICK, Postgres, migrated_cluster, reachable_folder
from ops.stack.program import ROOT, free_port, until
from tests.upgrade.values import SETTINGS

DATABASE: Final = "release"
KEPT_OUT: Final = ("portal_cache", "activity_activityevent")  # rows of no interest to a migration, and many


def main() -> None:
    """Start the servers, have the release fill its database, write it down, end the servers."""
    parser = argparse.ArgumentParser(prog="python -m tests.upgrade.make", description=__doc__)
    parser.add_argument("--release", type=Path, required=True, help="a checkout of the older release")
    parser.add_argument("--to", type=Path, required=True, help="the file to write, ending in .sql.gz")
    options = parser.parse_args()
    folder = reachable_folder()
    database = migrated_cluster(folder, safety=QUICK)
    try:
        database.execute("postgres", f"CREATE DATABASE {DATABASE} TEMPLATE template1")
        with tempfile.TemporaryDirectory() as var:
            _fill(options.release.resolve(), database.url(DATABASE), Path(var))
        _note_djstripe_migrations(database)
        options.to.write_bytes(gzip.compress(_dumped(database), mtime=0))
    finally:
        database.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{options.to}: {options.to.stat().st_size // 1024} kB")


def _fill(release: Path, database: str, var: Path) -> None:
    port, sandbox_port = free_port(), free_port()
    sandbox = f"http://127.0.0.1:{sandbox_port}"
    environment = {
        **os.environ, **SETTINGS, "DATABASE_URL": database, "BROKER_URL": "memory://", "VAR": str(var),
        "STRIPE_API_BASE": sandbox, "STRIPE_JS_URL": f"{sandbox}/v3/", "AUDIT_HEADS_FILE": str(var / "heads.jsonl"),
        "PYTHONPATH": os.pathsep.join((str(release), str(ROOT / "tests"))), "PORTAL_LOG_LEVEL": "WARNING",
    }  # fmt: skip
    portal = f"http://127.0.0.1:{port}"

    def manage(*command: str, **changed: str) -> None:
        run = [sys.executable, "manage.py", *command]
        subprocess.run(run, cwd=release, env={**environment, **changed}, check=True)

    manage("migrate", "-v0", DJANGO_SETTINGS_MODULE="portal.settings.test")
    manage("createcachetable")
    manage("collectstatic", "--noinput", "-v0")
    with (
        _running(["-m", "ops.stripe_sandbox", "--port", str(sandbox_port)], ROOT, environment, f"{sandbox}/v3/"),
        _running(["-m", "gunicorn", "behind_tls", "--bind", f"127.0.0.1:{port}", "--no-control-socket"], release,
                 environment, f"{portal}/healthz/"),
    ):  # fmt: skip
        manage("register_webhook", portal)
        subprocess.run([sys.executable, str(ROOT / "tests/upgrade/fill.py")], cwd=release, env=environment, check=True)


def _note_djstripe_migrations(database: Postgres) -> None:
    """As production has them: the generated ones make the same tables, many minutes sooner (docs/adr/0007)."""
    for module in iter_modules(djstripe_migrations.__path__):
        database.execute(
            DATABASE,
            f"INSERT INTO django_migrations (app, name, applied) SELECT 'djstripe', '{module.name}', now() WHERE NOT"  # noqa: S608
            f" EXISTS (SELECT FROM django_migrations WHERE app = 'djstripe' AND name = '{module.name}')",
        )


@contextmanager
def _running(module: list[str], folder: Path, environment: Mapping[str, str], address: str) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, *module], cwd=folder, env=environment)
    try:
        until(lambda: _answers(address), module[1], 120)
        yield
    finally:
        process.terminate()
        process.wait(30)


def _answers(address: str) -> bool:
    try:
        return bool(httpx.get(address).status_code)
    except httpx.TransportError:
        return False


def _dumped(database: Postgres) -> bytes:
    kept_out = [f"--exclude-table-data={table}" for table in KEPT_OUT]
    command = ["pg_dump", "--no-owner", "--no-privileges", "--no-comments", *kept_out, database.url(DATABASE)]
    return subprocess.run(command, capture_output=True, check=True).stdout


if __name__ == "__main__":
    main()
