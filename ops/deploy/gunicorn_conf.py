"""gunicorn's configuration: `gunicorn portal.wsgi -c ops/deploy/gunicorn_conf.py`, here as in production.

It is read afresh at every reload (SIGHUP), and imports nothing of the portal: the main process keeps what it has
imported, and would hand yesterday's code to the workers of a new release.
"""

import os
from pathlib import Path
from typing import Any

bind = "127.0.0.1:8000"  # loopback: whoever reaches gunicorn is believed about X-Forwarded-Proto
workers = int(os.environ.get("WEB_CONCURRENCY") or 2 * len(os.sched_getaffinity(0)) + 1)
worker_class = "sync"  # one request a worker; nginx holds the slow clients
worker_tmp_dir = "/dev/shm"  # noqa: S108 - in memory: a worker's heartbeat never waits for a disk # nosec B108
preload_app = False  # with it a reload would keep the old code
timeout = 60  # above two calls of Stripe (10 s each) and a large export
graceful_timeout = 30
max_requests = 20_000  # bounds what a leak may cost
max_requests_jitter = 5_000  # and not all workers at once
control_socket_disable = True  # it would lie in $HOME
forwarded_allow_ips = "127.0.0.1,::1"
errorlog = "-"


def on_starting(server: Any) -> None:
    """A new start: metrics of processes that are gone would be added up for ever. Celery's, still running, stay."""
    for file in _metric_files("*"):
        if not Path(f"/proc/{file.stem.rpartition('_')[2]}").exists():
            file.unlink(missing_ok=True)


def child_exit(server: Any, worker: Any) -> None:
    """A gauge of live processes forgets this one; its counters stay, or their sum would go back.

    What prometheus_client.multiprocess.mark_process_dead does, without importing it into the main process.
    """
    for file in _metric_files(f"gauge_live*_{worker.pid}"):
        file.unlink(missing_ok=True)


def _metric_files(pattern: str) -> list[Path]:
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    return list(Path(folder).glob(f"{pattern}.db")) if folder else []
