"""What happened during a seed, by many threads: a log, counts, and what people were told."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class EventLog:
    """Times are seconds since the load began."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    shown: set[str] = field(default_factory=set)
    cancelled: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> float:
        """The load begins now: monotonic seconds."""
        self.began = time.monotonic()
        return self.began

    def write(self, who: str, what: str, **more: Any) -> None:
        """Note and count that `who` did or met `what`."""
        with self._lock:
            self.counts[what] += 1
            self.entries.append({"at": round(time.monotonic() - self.began, 2), "who": who, "what": what, **more})

    def saw_booking(self, reference: str) -> None:
        """Somebody was shown this booking as theirs: it may not vanish."""
        with self._lock:
            self.shown.add(reference)

    def saw_cancellation(self, reference: str) -> None:
        """Somebody was told that this booking is cancelled."""
        with self._lock:
            self.cancelled.add(reference)

    def broke(self, who: str, error: str) -> None:
        """A fault of the chaos run itself, which makes its verdict worthless."""
        with self._lock:
            self.broken.append(f"{who}: {error}")
