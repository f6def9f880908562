"""Where benchmarks run: PostgreSQL and Redis of our own, web servers and child processes on top of them."""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from ops.stack.postgres import TEMPLATE, Postgres, migrated_cluster, reachable_folder
from ops.stack.program import Program, free_port, listens, python, until
from ops.stack.redis import Redis
from ops.stack.sandbox import SandboxControl
from ops.stack.stack import MODULE, worker

SETTINGS: Final = "portal.settings.demo"


class BenchEnvironment:
    """`with BenchEnvironment() as place`: a durable PostgreSQL and a Redis; leaving ends everything and forgets it."""

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
            python("manage.py", "createcachetable", env=self.environment(TEMPLATE))  # no migration makes it
        except BaseException:
            self._parts.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._parts.close()

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

    def child(self, target: str, *arguments: object, env: Mapping[str, str]) -> Any:
        """What `MODULE:FUNCTION` of ops.bench returns, called in a process with `env`. Raises RuntimeError."""
        return json.loads(self.python("-m", "ops.stack.call", f"ops.bench.{target}", *map(str, arguments), env=env))

    def python(self, *arguments: str, env: Mapping[str, str]) -> str:
        """The last line that `python arguments` prints. Raises RuntimeError with what it said when it fails."""
        return (python(*arguments, env=env).stdout.splitlines() or [""])[-1]

    @contextmanager
    def program(
        self, name: str, command: Sequence[str], env: Mapping[str, str], port: int | None = None
    ) -> Iterator[Program]:
        """A server while the context lasts, listening on `port` where it has one."""
        program = Program(name, [sys.executable, "-m", *command], log=self.folder / f"{name}.log", env=env)
        program.start()
        try:
            if port:
                until(lambda: listens(port), name)
            yield program
        finally:
            program.stop()

    @contextmanager
    def sandbox(self) -> Iterator[SandboxControl]:
        """A Stripe sandbox; yields its controls."""
        port = free_port()
        with self.program("sandbox", ["ops.stripe_sandbox", "--port", str(port)], {}, port):
            yield SandboxControl(f"http://127.0.0.1:{port}")

    def worker(self, env: Mapping[str, str]) -> AbstractContextManager[Program]:
        """A Celery worker as the stack runs it."""
        return self.program("worker", worker(2)[len(MODULE) :], env)

    @contextmanager
    def gunicorn(self, name: str, workers: int, env: Mapping[str, str]) -> Iterator[int]:
        """The settings' WSGI application as production serves it; yields its port."""
        port = free_port()
        options = f"--bind 127.0.0.1:{port} --preload --workers {workers} --no-control-socket --log-level warning"
        with self.program(name, ["gunicorn", "ops.bench.application", *options.split()], env, port):
            yield port
