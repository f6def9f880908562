"""Recording activity: a page adds to a buffer in memory; a thread writes the buffer in batches.

A crash loses at most the last seconds of analytics, never anything that money or bookings depend on.
"""

import atexit
import hmac
import logging
import threading
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest

from portal.activity.metrics import FUNNEL_EVENTS
from portal.activity.models import Activity, ActivityEvent

if TYPE_CHECKING:
    from portal.accounts.models import User

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
        """Keep `event` for the next batch; beyond MOST_WAITING the newest is dropped."""
        with self._lock:
            if len(self._waiting) < MOST_WAITING:
                self._waiting.append(event)
            if self._writer is None and settings.ACTIVITY_FLUSH_SECONDS:
                self._writer = threading.Thread(target=self._run, name="activity", daemon=True)
                self._writer.start()
                atexit.register(self.flush)
        if len(self._waiting) >= BATCH:
            self._wake.set()

    def flush(self) -> int:
        """Write what is waiting; returns how many events. On a database error they wait for the next round."""
        with self._lock:
            batch, self._waiting = self._waiting, []
        try:
            ActivityEvent.objects.bulk_create(batch, batch_size=BATCH)
        except DatabaseError:
            logger.exception("activity could not be written yet")
            with self._lock:
                self._waiting = (batch + self._waiting)[:MOST_WAITING]
            return 0
        return len(batch)

    def _run(self) -> None:
        while True:
            self._wake.wait(settings.ACTIVITY_FLUSH_SECONDS)
            self._wake.clear()
            if self._waiting:
                self.flush()
                connection.close()


_buffer: Final = Buffer()
flush = _buffer.flush


def record(
    request: HttpRequest, activity: Activity, *, service_id: int | None, service: str, object_id: str = ""
) -> None:
    """Note what the visitor did, unless their browser says Do Not Track (or Global Privacy Control).

    `service` is the slug, for the metric's label.
    """
    if request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1":
        return
    FUNNEL_EVENTS.labels(stage=activity.value, service=service).inc()
    _buffer.add(
        ActivityEvent(activity=activity, service_id=service_id, object_id=object_id, visitor=visitor_of(request))
    )


def visitor_of(request: HttpRequest) -> str:
    """A keyed hash of the signed-in person, 32 hexadecimal digits; nobody else is told apart."""
    return visitor_hash(request.user) if request.user.is_authenticated else ""


def visitor_hash(user: "User") -> str:
    """The hash that stands for a person."""
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, f"visitor:{user.pk}".encode(), sha256).hexdigest()[:32]
