"""The running stack: `with Stack(folder) as stack: ...`."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import httpx

from ops.stack.cdn import Cdn
from ops.stack.postgres import DURABLE, Postgres, migrated_cluster, reachable_folder
from ops.stack.program import Program, free_port, python, until
from ops.stack.proxy import Proxy
from ops.stack.redis import Redis
from ops.stack.sandbox import SandboxControl
from ops.stack.static import build

DATABASE: Final = "portal"
MODULE: Final = (sys.executable, "-m")
CELERY: Final = (*MODULE, "celery", "-A", "portal")


def worker(processes: int) -> list[str]:
    """The command of a Celery worker as production runs it."""
    options = f"--concurrency {processes} --queues portal,mirror --loglevel WARNING --without-gossip --without-mingle"
    return [*CELERY, "worker", *options.split()]


class Stack:
    """PostgreSQL, Redis, sandbox, gunicorn, worker and beat, on free ports, with their state under `var`.

    The demo's settings (accounts, content, wide limits) on real servers. Leaving the context ends everything.
    `safety` is how PostgreSQL keeps what it was told; with `start_portal=False` web, worker and beat are the caller's
    to start.
    Parts: `postgres`, `redis`, `sandbox` (controls), `cdn` in front of media and `proxy` (nginx with TLS in front of
    gunicorn, whose own address stays open) when they are asked for, and `programs` by name: sandbox, web, worker,
    beat.
    """

    def __init__(
        self,
        var: Path,
        *,
        web_workers: int = 2,
        worker_processes: int = 2,
        environment: Mapping[str, str] | None = None,
        cdn: bool = False,
        proxy: bool = False,
        start_portal: bool = True,
        safety: Mapping[str, str] = DURABLE,
    ) -> None:
        self.var = var.resolve()
        self.web_port = int((environment or {}).get("PORT") or free_port())
        self.sandbox_port = int((environment or {}).get("SANDBOX_PORT") or free_port())
        self.portal = f"http://127.0.0.1:{self.web_port}"
        self.sandbox = SandboxControl(f"http://127.0.0.1:{self.sandbox_port}")
        self.web_workers, self.worker_processes = web_workers, worker_processes
        self.extra, self.start_portal, self.safety = dict(environment or {}), start_portal, safety
        self.programs: dict[str, Program] = {}
        self._postgres_folder = reachable_folder()
        self.cdn = Cdn(self.var / "cdn", origin=self.portal, media=self.var / "media") if cdn else None
        https_port = int(self.extra.get("HTTPS_PORT") or free_port())
        self.proxy = Proxy(self.var, port=self.web_port, https_port=https_port) if proxy else None

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _start(self) -> None:
        for name in ("logs", "metrics", "mail", "media", "static"):
            shutil.rmtree(self.var / name, ignore_errors=True)
            (self.var / name).mkdir(parents=True)
        (self.var / "audit-heads.jsonl").unlink(missing_ok=True)  # of a database that is gone
        if self.proxy:
            build(self.var / "static", self.serving)
        self.redis = Redis(self.var / "redis")
        self.redis.start()
        if self.cdn:
            self.cdn.start()
        self.postgres: Postgres = migrated_cluster(self._postgres_folder, safety=self.safety)
        self.postgres.create(DATABASE)
        self.manage("createcachetable")
        self.manage("seed_demo")
        self.programs = {name: self._program(name, command) for name, command in self._commands().items()}
        self.programs["sandbox"].start()
        if self.start_portal:
            self.start_programs()
        until(lambda: _answers(f"{self.sandbox.url}/_control/faults"), "the sandbox")
        self.manage("register_webhook", self.portal)
        if self.start_portal:
            self.wait_until_ready()
        if self.proxy:
            self.proxy.start()

    def start_programs(self) -> None:
        """Start what does not run."""
        for program in self.programs.values():
            program.start()

    @property
    def serving(self) -> dict[str, str]:
        """Which settings, and where their files lie."""
        module = "portal.settings.stack" if self.proxy else "portal.settings.demo"
        return {"DJANGO_SETTINGS_MODULE": module, "VAR": str(self.var)}

    @property
    def environment(self) -> dict[str, str]:
        """What the portal's processes see; for a run that imports Django too."""
        return {
            **self.serving,
            "PORTAL_BASE_URL": self.proxy.url if self.proxy else self.portal,
            **({"PORTAL_CA_FILE": str(self.proxy.certificate)} if self.proxy else {}),
            "DATABASE_URL": self.database_url,
            "BROKER_URL": self.redis.url,
            "STRIPE_API_BASE": self.sandbox.url,
            "STRIPE_JS_URL": f"{self.sandbox.url}/v3/",
            "PROMETHEUS_MULTIPROC_DIR": str(self.var / "metrics"),
            "PYTHONUNBUFFERED": "1",
            **(self.cdn.environment if self.cdn else {}),
            **self.extra,
        }

    @property
    def database_url(self) -> str:
        """The portal's database."""
        return self.postgres.url(DATABASE)

    def _commands(self) -> dict[str, list[str]]:
        return {
            "sandbox": [*MODULE, "ops.stripe_sandbox", "--port", str(self.sandbox_port)],
            "web": self.gunicorn("portal.wsgi", self.web_port),
            "worker": worker(self.worker_processes),
            "beat": [*CELERY, "beat", "--schedule", str(self.var / "beat-schedule"), "--loglevel", "WARNING"],
        }

    def gunicorn(self, application: str, port: int) -> list[str]:
        """The command that serves a WSGI application as production does."""
        options = f"--bind 127.0.0.1:{port} --workers {self.web_workers} --log-level warning"
        return [*MODULE, "gunicorn", application, "-c", "ops/deploy/gunicorn_conf.py", *options.split()]

    def _program(self, name: str, command: list[str]) -> Program:
        return Program(name, command, log=self.var / "logs" / f"{name}.log", env=self.environment)

    def wait_until_ready(self) -> None:
        """Until the portal answers with a page."""
        until(lambda: _answers(f"{self.portal}/readyz/"), "the portal", 120)

    def python(self, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """Run `python arguments` against the stack; raises RuntimeError with what it said when it fails."""
        return python(*arguments, env=self.environment, check=check)

    def manage(self, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """The same for a management command."""
        return self.python("manage.py", *arguments, check=check)

    def close(self) -> None:
        """End everything, portal first."""
        if self.proxy:
            self.proxy.stop()
        for name in ("beat", "worker", "web", "sandbox"):
            if name in self.programs:
                self.programs[name].stop()
        if self.cdn:
            self.cdn.stop()
        for part in ("redis", "postgres"):
            if hasattr(self, part):
                getattr(self, part).stop()
        shutil.rmtree(self._postgres_folder, ignore_errors=True)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False
