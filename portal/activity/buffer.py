"""Events wait in memory and are written in batches by a thread, so that no page waits for them.

What may be lost: a process that is killed loses the events of its last ACTIVITY_FLUSH_SECONDS (one that is stopped
writes them first); while the database is away at most MOST_WAITING wait, and later ones are dropped. Both only cost
figures. What was dropped is counted in `portal_activity_lost_total`.
"""

import atexit
import logging
import threading
from typing import Final

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from portal.activity.metrics import LOST
from portal.activity.models import ActivityEvent

logger = logging.getLogger("portal.activity")
BATCH: Final = 500
MOST_WAITING: Final = 20_000


class Buffer:
    """Events waiting to be written. The writer thread starts with the first event, so it survives a fork."""

    def __init__(self) -> None:
        self._waiting: list[ActivityEvent] = []
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._writer: threading.Thread | None = None

    def add(self, event: ActivityEvent) -> None:
        """Keep `event` for the next batch; beyond MOST_WAITING it is dropped."""
        with self._lock:
            self._keep([event])
            if settings.ACTIVITY_FLUSH_SECONDS and not (self._writer and self._writer.is_alive()):
                self._writer = threading.Thread(target=self._run, name="activity", daemon=True)
                self._writer.start()
                atexit.register(self.flush)
        if len(self._waiting) >= BATCH:
            self._wake.set()

    def flush(self) -> int:
        """Write what is waiting; returns how many events. While the database is away they wait for the next round;
        what it refuses is dropped, so that one bad event does not keep the others."""
        with self._lock:
            batch, self._waiting = self._waiting, []
        try:
            ActivityEvent.objects.bulk_create(batch, batch_size=BATCH)
        except (OperationalError, InterfaceError):
            logger.exception("activity could not be written yet")
            with self._lock:
                later, self._waiting = self._waiting, []
                self._keep(batch + later)
            return 0
        except (DatabaseError, ValueError):
            return sum(self._written(event) for event in batch)
        return len(batch)

    def _written(self, event: ActivityEvent) -> bool:
        """One of a batch in which something was refused, which left none of it behind."""
        try:
            event.save(force_insert=True)
        except (DatabaseError, ValueError):
            logger.exception("activity was refused")
            LOST.labels(reason="refused").inc()
            return False
        return True

    def _keep(self, events: list[ActivityEvent]) -> None:
        room = max(0, MOST_WAITING - len(self._waiting))
        self._waiting += events[:room]
        if lost := len(events) - room:
            LOST.labels(reason="full").inc(max(0, lost))

    def _run(self) -> None:
        while True:
            self._wake.wait(settings.ACTIVITY_FLUSH_SECONDS)
            self._wake.clear()
            if self._waiting:
                self.flush()
                connection.close()


_buffer: Final = Buffer()
add, flush = _buffer.add, _buffer.flush
