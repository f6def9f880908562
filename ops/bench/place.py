"""Where benchmarks run: PostgreSQL and Redis of our own, web servers and child processes on top of them."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from ops.stack.postgres import TEMPLATE, Postgres, migrated_cluster, reachable_folder
from ops.stack.program import ROOT, Program, free_port, listens, until
from ops.stack.redis import Redis
from ops.stack.sandbox import SandboxControl

SETTINGS: Final = "portal.settings.demo"


class Place:
    """`with Place() as place`: a durable PostgreSQL and a Redis; leaving ends everything and forgets it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
        self.database_folder = reachable_folder()
        self._parts = ExitStack()

    def __enter__(self) -> Self:
        self._parts.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self._parts.callback(shutil.rmtree, self.database_folder, ignore_errors=True)
        try:
            self.redis = Redis(self.folder / "redis")
            self._parts.callback(self.redis.stop)
            self.redis.start()
            self.postgres: Postgres = migrated_cluster(self.database_folder)
            self._parts.callback(self.postgres.stop)
            self._make_cache_table()
        except BaseException:
            self._parts.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._parts.close()

    def _make_cache_table(self) -> None:
        """The shared cache is no migration; every database is copied with it."""
        environment = {**os.environ, **self.environment(TEMPLATE)}
        subprocess.run([sys.executable, "manage.py", "createcachetable"], cwd=ROOT, env=environment, check=True)

    @contextmanager
    def database(self, name: str) -> Iterator[str]:
        """A migrated database for one benchmark, dropped after it; yields its name."""
        self.postgres.create(name)
        try:
            yield name
        finally:
            self.postgres.execute("postgres", f'DROP DATABASE "{name}" WITH (FORCE)')

    def environment(self, database: str, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """What a process of the portal needs to use `database`."""
        return {
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "VAR": str(self.folder),
            "DATABASE_URL": self.postgres.url(database),
            "BROKER_URL": self.redis.url,
            **(extra or {}),
        }

    def child(self, module: str, *arguments: str, env: Mapping[str, str]) -> dict[str, Any]:
        """Run `python -m module`, which prints one JSON object last. Raises RuntimeError with what it said."""
        command = [sys.executable, "-m", module, *arguments]
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{module} failed:\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}")
        return dict(json.loads(done.stdout.splitlines()[-1]))

    @contextmanager
    def program(self, name: str, command: list[str], port: int, env: Mapping[str, str]) -> Iterator[Program]:
        """A server that listens on `port` while the context lasts."""
        program = Program(name, command, log=self.folder / f"{name}.log", env=env)
        program.start()
        try:
            until(lambda: listens(port), name)
            yield program
        finally:
            program.stop()

    @contextmanager
    def sandbox(self) -> Iterator[SandboxControl]:
        """A Stripe sandbox; yields its controls."""
        port = free_port()
        command = [sys.executable, "-m", "ops.stripe_sandbox", "--port", str(port)]
        with self.program("sandbox", command, port, {}):
            yield SandboxControl(f"http://127.0.0.1:{port}")

    @contextmanager
    def worker(self, env: Mapping[str, str]) -> Iterator[Program]:
        """A Celery worker as the stack runs it."""
        command = [
            sys.executable, "-m", "celery", "-A", "portal", "worker", "--concurrency", "2", "--queues", "portal,mirror",
            "--loglevel", "WARNING", "--without-gossip", "--without-mingle",
        ]  # fmt: skip
        program = Program("worker", command, log=self.folder / "worker.log", env=env)
        program.start()
        try:
            yield program
        finally:
            program.stop()

    @contextmanager
    def gunicorn(self, name: str, workers: int, env: Mapping[str, str]) -> Iterator[int]:
        """The settings' WSGI application as production serves it; yields its port."""
        port = free_port()
        command = [
            sys.executable, "-m", "gunicorn", "ops.bench.application", "--bind", f"127.0.0.1:{port}", "--preload",
            "--workers", str(workers), "--no-control-socket", "--log-level", "warning",
        ]  # fmt: skip
        with self.program(name, command, port, env):
            yield port
