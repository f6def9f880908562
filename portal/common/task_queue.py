"""Asks Celery to run a task soon. What must happen is already a row; a queued task only makes it happen sooner.

A thread sends, so that no request waits for the broker, and repeated requests for one task within a moment become
one. A task that the broker did not take costs latency, never work: beat sweeps for what is due.
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

from portal.common.metrics import TASKS_NOT_QUEUED, TASKS_NOT_QUEUED_OLD_NAME

logger = logging.getLogger("portal.task_queue")
COALESCE_SECONDS: Final = 0.25  # a worker takes all that is due: sending more often only costs the web its time
DRAIN_SECONDS: Final = 3.0


class TaskQueue:
    """One per process; its thread starts with the first task after a fork."""

    def __init__(self) -> None:
        self._start_over()

    def _start_over(self) -> None:
        self._pid = os.getpid()
        self._waiting: set[str] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._idle = threading.Event()
        self._sender: threading.Thread | None = None

    def enqueue(self, task: str) -> None:
        """Have `task` run soon; returns at once."""
        if self._pid != os.getpid():
            self._start_over()
        with self._lock:
            self._waiting.add(task)
            self._idle.clear()
            if self._sender is None:
                self._sender = threading.Thread(target=self._run, name="task-queue", daemon=True)
                self._sender.start()
                atexit.register(self.drain)
        self._wake.set()

    def drain(self) -> None:
        """Wait up to `DRAIN_SECONDS` for tasks being sent, before the process ends."""
        if self._sender is not None and self._pid == os.getpid():
            self._idle.wait(DRAIN_SECONDS)

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            with self._lock:
                tasks, self._waiting = self._waiting, set()
            for task in sorted(tasks):
                _send(task)
            with self._lock:
                if not self._waiting:
                    self._idle.set()
            time.sleep(COALESCE_SECONDS)


def _send(task: str) -> None:
    try:
        current_app.send_task(task, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        TASKS_NOT_QUEUED.inc()
        TASKS_NOT_QUEUED_OLD_NAME.inc()
        logger.warning("the broker did not take a task", extra={"task": task, "error": type(error).__name__})


_queue: Final = TaskQueue()


def enqueue_now(task: str) -> None:
    """Ask a worker to run `task` (its dotted name); for callers outside a transaction."""
    if settings.TASKS_ENABLED:
        _queue.enqueue(task)


def enqueue_on_commit(task: str) -> None:
    """Ask a worker to run `task` once the current transaction commits."""
    transaction.on_commit(partial(enqueue_now, task), robust=True)
