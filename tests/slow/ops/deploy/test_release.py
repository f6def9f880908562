"""A release is switched under load behind nginx, and no request is lost; one that does not start changes nothing."""

import getpass
import os
import secrets
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import httpx
import psycopg
import pytest
from cryptography.fernet import Fernet

from ops.stack.program import ROOT, Program, free_port, listens, until
from ops.stack.proxy import Proxy
from tests.unit.ops.deploy.units import command

pytestmark = pytest.mark.slow
CODE = ("manage.py", "portal", "payments", "insights", "home", "templates", "ops/__init__.py", "ops/deploy")
# The suite's database was made with our dj-stripe migrations, which save a minute; no compression saves another.
SETTINGS = """from portal.settings.staging import *

MIGRATION_MODULES = {"djstripe": "payments.djstripe_migrations"}
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
"""
SYSTEMCTL = """#!/usr/bin/env bash
# What systemd does for the web unit's ExecReload; the rest is noted.
echo "$*" >> "$PORTAL_ROOT/systemctl.log"
[ "$1" != reload-or-restart ] || bash "$PORTAL_ROOT/current/ops/deploy/reload.sh" "$GUNICORN" "$ADDRESS"
"""


@dataclass
class Site:
    """A machine with releases, gunicorn as its unit starts it, and nginx in front."""

    root: Path
    environment: dict[str, str]
    gunicorn: Program
    proxy: Proxy
    port: int

    def release(self, name: str) -> Path:
        """The code as it lies here, answering its liveness with `name`."""
        folder = self.root / "releases" / name
        for part in CODE:
            target = folder / part
            target.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / part, target)
        (folder / ".venv").symlink_to(ROOT / ".venv")
        (folder / "portal/settings/trial.py").write_text(SETTINGS)
        health = folder / "portal/common/health.py"
        health.write_text(health.read_text().replace('{"status": "ok"}', f'{{"status": "{name}"}}', 1))
        return folder

    def switch(self, release: Path) -> "subprocess.CompletedProcess[str]":
        """Run the script, with a `systemctl` that reloads this gunicorn."""
        assert self.gunicorn.process is not None
        here = {
            "PATH": f"{self.root}/bin:{os.environ['PATH']}", "PORTAL_ROOT": str(self.root),
            "PORTAL_ENVIRONMENT": str(self.root / "environment"), "PORTAL_ACCOUNT": getpass.getuser(),
            "GUNICORN": str(self.gunicorn.process.pid), "ADDRESS": f"http://127.0.0.1:{self.port}",
            "PORTAL_ALLOWED_HOSTS": "127.0.0.1", **self.environment,
        }  # fmt: skip
        script = ["bash", str(release / "ops/deploy/switch.sh"), str(release)]
        return subprocess.run(script, env=here, capture_output=True, text=True)


@pytest.fixture
def database() -> Iterator[str]:
    admin = os.environ["DATABASE_URL"]
    name = f"release_{os.getpid()}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE portal_template")
    yield f"{admin.rpartition('/')[0]}/{name}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def site(tmp_path: Path, database: str) -> Iterator[Site]:
    port = free_port()
    var = tmp_path / "var"
    (var / "metrics").mkdir(parents=True)
    environment = {
        "DJANGO_SETTINGS_MODULE": "portal.settings.trial", "VAR": str(var), "DATABASE_URL": database,
        "BROKER_URL": os.environ["BROKER_URL"], "PORTAL_SECRET_KEY": "".join(map(chr, range(48, 110))),
        "PORTAL_BASE_URL": "https://127.0.0.1", "PORTAL_ALLOWED_HOSTS": "127.0.0.1",
        "AUDIT_HMAC_KEY": secrets.token_urlsafe(60), "PORTAL_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "AUDIT_HEADS_FILE": str(var / "audit-heads.jsonl"), "EMAIL_URL": "smtp://127.0.0.1:1",
        "EMAIL_FROM": "Portal <bookings@example.org>", "STRIPE_SECRET_KEY": "sk_test_" + "0" * 24,
        "STRIPE_PUBLISHABLE_KEY": "pk_test_" + "0" * 24, "PROMETHEUS_MULTIPROC_DIR": str(var / "metrics"),
        "WEB_CONCURRENCY": "2",
    }  # fmt: skip
    (tmp_path / "environment").write_text("".join(f"{name}={value}\n" for name, value in environment.items()))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/systemctl").write_text(SYSTEMCTL)
    (tmp_path / "bin/systemctl").chmod(0o755)
    started = [*command("portal-web.service", root=tmp_path / "current"), "--bind", f"127.0.0.1:{port}"]
    gunicorn = Program("web", started, log=tmp_path / "web.log", env=environment)
    made = Site(tmp_path, environment, gunicorn, Proxy(var, port=port), port)
    first = made.release("first")
    (tmp_path / "current").symlink_to(first)
    install = [sys.executable, "manage.py", "createcachetable"]  # the database has what migrations make, no more
    subprocess.run(install, cwd=first, env=os.environ | environment, check=True, capture_output=True)
    gunicorn.env["PYTHONPATH"] = ""
    gunicorn.start()
    until(lambda: listens(port), "gunicorn", 120)
    made.proxy.start()
    yield made
    made.proxy.stop()
    gunicorn.stop()


@dataclass
class Visitors:
    """What people who keep asking were answered: status and which release."""

    answers: list[tuple[int, str]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def ask(self, site: Site, ended: Event) -> None:
        trusting = ssl.create_default_context(cafile=str(site.proxy.certificate))
        with httpx.Client(base_url=site.proxy.url, verify=trusting, timeout=120) as client:
            while not ended.is_set():
                try:
                    reply = client.get("/healthz/")
                    page = client.get("/accounts/login/")  # with sessions, the database and a template
                    self.answers.append((reply.status_code, reply.json()["status"]))
                    if page.status_code != 200:
                        self.failures.append(f"login: {page.status_code}")
                except (httpx.HTTPError, ValueError, KeyError) as error:
                    self.failures.append(repr(error))
                time.sleep(0.02)


@contextmanager
def visitors(site: Site, count: int = 3) -> Iterator[Visitors]:
    """People at the site while the context lasts."""
    asked, ended = Visitors(), Event()
    threads = [Thread(target=asked.ask, args=(site, ended)) for _ in range(count)]
    for thread in threads:
        thread.start()
    yield asked
    ended.set()
    for thread in threads:
        thread.join(180)


def test_switching_loses_no_request_and_a_broken_release_changes_nothing(site: Site) -> None:
    second, broken = site.release("second"), site.release("broken")
    wsgi = broken / "portal/wsgi.py"
    wsgi.write_text(wsgi.read_text() + "\nraise RuntimeError('a release that does not start')\n")
    with visitors(site) as asked:
        until(lambda: len(asked.answers) > 5, "the first answers", 120)
        switched = site.switch(second)
        assert switched.returncode == 0, switched.stderr[-3000:] + (site.root / "web.log").read_text()[-2000:]
        after = len(asked.answers)
        refused = site.switch(broken)
        until(lambda: len(asked.answers) > after + 10, "answers afterwards", 120)
    assert asked.failures == []
    assert {status for status, _ in asked.answers} == {200}
    assert [name for _, name in asked.answers[after + 3 :] if name != "second"] == []
    assert asked.answers[0][1] == "first"
    assert refused.returncode == 1
    assert "a release that does not start" in refused.stderr
    assert "the new code does not start; nothing was changed" in refused.stderr
    assert (site.root / "current").resolve() == second
    assert (site.root / "systemctl.log").read_text().splitlines() == [
        "reload-or-restart portal-web.service",
        "restart portal-worker.service portal-mirror.service portal-beat.service",
        "reload-or-restart portal-web.service",
        "reload-or-restart portal-web.service",
    ]
    print(f"{len(asked.answers)} rounds of two requests, none lost")
