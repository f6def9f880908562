"""`python -m ops.demo`: the whole portal on one machine without a server to install, until Ctrl-C.

Migrates and seeds, then runs the Stripe sandbox, the web server and a worker with beat, each a process of its own.
With CDN=1 in the environment, nginx as a local CDN stands in front of the media. With --develop web and worker take up
what is saved in code, templates and styles.
"""

import argparse
import os
import shlex
import shutil
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from io import StringIO
from pathlib import Path

from honcho.manager import Manager

from ops.demo import PASSWORD
from ops.stack.cdn import Cdn
from ops.stripe_sandbox.history import History
from ops.stripe_sandbox.ids import repeatable

PORT = os.environ.get("PORT") or "8000"
SANDBOX_PORT = os.environ.get("SANDBOX_PORT") or "8421"
PORTAL = f"http://127.0.0.1:{PORT}"
SANDBOX = f"http://127.0.0.1:{SANDBOX_PORT}"
SEED = 2026  # every demo has the same history
CODE = ("portal", "payments", "insights", "home", "ops/demo")
ROLES = ("caregiver", "caregiver2", "editor", "coordinator", "finance", "manager", "admin")


def main() -> int:
    """Prepare, run, and return the exit code of what ended first."""
    develop = _options().develop
    environment = _environment(develop)
    var = Path(environment["VAR"])
    cdn = Cdn(var / "cdn", origin=PORTAL, media=var / "media") if os.environ.get("CDN") else None
    os.environ.update({**environment, **(cdn.environment if cdn else {})})
    _make_folders(var, Path(environment["PROMETHEUS_MULTIPROC_DIR"]))
    from django import setup
    from django.core.management import call_command

    setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("encrypt_secrets", verbosity=0)
    call_command("createcachetable")
    call_command("seed_demo")
    _seed_history(var / "sandbox.sqlite3")
    manager = Manager()
    for name, command in _commands(var, cdn, develop).items():
        manager.add_process(name, command, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    threading.Thread(target=_announce, daemon=True).start()
    manager.loop()
    return int(manager.returncode or 0)


def _seed_history(state: Path) -> None:
    """Half a year for a portal that has no booking yet, paid at the sandbox that then keeps it in `state`."""
    from django.core.management import call_command

    from ops.demo.history import seed_history

    with repeatable(SEED):
        made = seed_history(History(state, SANDBOX))
    if made:
        call_command("rebuild_rollups", stdout=StringIO())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ops.demo", description=__doc__)
    parser.add_argument("--develop", action="store_true", help="take up changes of code, templates and styles")
    return parser.parse_args()


def _environment(develop: bool) -> dict[str, str]:
    root = Path(__file__).resolve().parents[2]
    var = (root / (os.environ.get("VAR") or "var")).resolve()
    return {
        "DJANGO_SETTINGS_MODULE": "portal.settings.development" if develop else "portal.settings.demo",
        "VAR": str(var),
        "PORTAL_BASE_URL": PORTAL,
        "STRIPE_API_BASE": SANDBOX,
        "STRIPE_JS_URL": f"{SANDBOX}/v3/",
        "PROMETHEUS_MULTIPROC_DIR": str(var / "metrics"),
    }


def _make_folders(var: Path, metrics: Path) -> None:
    shutil.rmtree(metrics, ignore_errors=True)
    for folder in (
        metrics,
        var / "mail",
        var / "media",
        var / "static",
        var / "broker" / "messages",
        var / "broker" / "control",
    ):
        folder.mkdir(parents=True, exist_ok=True)


def _commands(var: Path, cdn: Cdn | None, develop: bool) -> dict[str, str]:
    in_front = {"cdn": shlex.join(cdn.program.command)} if cdn else {}
    sandbox = f"{sys.executable} -m ops.stripe_sandbox --port {SANDBOX_PORT} --state {var / 'sandbox.sqlite3'}"
    portal = _saved_is_shown(var) if develop else {"web": _web(), "worker": _worker(var)}
    return {**in_front, "sandbox": sandbox, **portal}


def _web() -> str:
    return (
        f"{sys.executable} -m gunicorn portal.wsgi --bind 127.0.0.1:{PORT} --workers 2 --threads 4 --preload "
        "--no-control-socket --log-level warning"
    )


def _worker(var: Path) -> str:
    return (
        f"{sys.executable} -m celery -A portal worker --beat --pool threads --concurrency 4 --queues portal,mirror "
        f"--schedule {var / 'beat-schedule'} --loglevel WARNING --without-gossip --without-mingle"
    )


def _saved_is_shown(var: Path) -> dict[str, str]:
    """Django's own server looks after the pages; the worker is started anew."""
    watch = [sys.executable, "-m", "watchfiles", "--sigint-timeout", "2", "--filter", "python", _worker(var), *CODE]
    return {"web": f"{sys.executable} manage.py runserver {PORT}", "worker": shlex.join(watch)}


def _announce() -> None:
    """Once both answer: register the webhook, then say so."""
    from django.core.management import CommandError, call_command

    _wait_for(f"{SANDBOX}/_control/faults")
    call_command("register_webhook", PORTAL)
    _wait_for(f"{PORTAL}/")
    accounts = "\n".join(f"  {role}@example.com" for role in ROLES)
    print(f"Portal ready: {PORTAL}/\n\nAccounts, password {PASSWORD}:\n{accounts}\n", flush=True)
    if cdn := os.environ.get("MEDIA_CDN_URL"):
        print(f"Media come from the CDN at {cdn}/ (X-Cache says HIT or MISS)", flush=True)
    print(f"Mail that the portal sent: {PORTAL}/demo/mail/\nStop with Ctrl-C.", flush=True)
    with suppress(CommandError):  # the history was paid before dj-stripe could hear of it; Ctrl-C ends this, too
        call_command("compare_mirror", stdout=StringIO())


def _wait_for(address: str, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=10):  # nosec B310 # our own http address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    print(f"{address} does not answer", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
