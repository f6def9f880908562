"""The broker is a doorbell: what must happen is already a row; ringing only makes it happen sooner.

A thread rings, so that no request waits for the broker, and repeated rings for one task within a moment become
one. A lost ring costs latency, never work: beat sweeps for what is due.
"""

import atexit
import logging
import os
import threading
import time
from functools import partial
from typing import Final

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from portal.common.metrics import DOORBELL_LOST

logger = logging.getLogger("portal.doorbell")
COALESCE_SECONDS: Final = 0.25  # a worker takes all that is due: ringing more often only costs the web its time
LAST_CHANCE_SECONDS: Final = 3.0


class Bell:
    """One a process; its thread starts with the first ring after a fork."""

    def __init__(self) -> None:
        self._start_over()

    def _start_over(self) -> None:
        self._pid = os.getpid()
        self._wanted: set[str] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._idle = threading.Event()
        self._ringer: threading.Thread | None = None

    def ring(self, task: str) -> None:
        """Have `task` run soon; returns at once."""
        if self._pid != os.getpid():
            self._start_over()
        with self._lock:
            self._wanted.add(task)
            self._idle.clear()
            if self._ringer is None:
                self._ringer = threading.Thread(target=self._run, name="doorbell", daemon=True)
                self._ringer.start()
                atexit.register(self.drain)
        self._wake.set()

    def drain(self) -> None:
        """Wait a moment for rings under way, before the process ends."""
        if self._ringer is not None and self._pid == os.getpid():
            self._idle.wait(LAST_CHANCE_SECONDS)

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            with self._lock:
                tasks, self._wanted = self._wanted, set()
            for task in sorted(tasks):
                _send(task)
            with self._lock:
                if not self._wanted:
                    self._idle.set()
            time.sleep(COALESCE_SECONDS)


def _send(task: str) -> None:
    try:
        current_app.send_task(task, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        DOORBELL_LOST.inc()
        logger.warning("the broker did not take a ring", extra={"task": task, "error": type(error).__name__})


_bell: Final = Bell()


def ring_now(task: str) -> None:
    """Ask a worker to run `task` (its dotted name); for callers outside a transaction."""
    if settings.DOORBELL_ENABLED:
        _bell.ring(task)


def ring(task: str) -> None:
    """The same, after the current transaction commits."""
    transaction.on_commit(partial(ring_now, task), robust=True)
