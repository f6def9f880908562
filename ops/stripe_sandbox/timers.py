"""Work that falls due later, such as a balance transaction or a refund that settles.

What waits is kept in the store, so a restart carries on where the sandbox stopped.
"""

import asyncio
import time
from collections.abc import Callable, Mapping

from .ids import new_id
from .store import Object, Store

Action = Callable[[str], None]


class Timers:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._actions: Mapping[str, Action] = {}
        self._handles: dict[str, asyncio.TimerHandle] = {}

    def start(self, actions: Mapping[str, Action]) -> None:
        """Names what can fall due, and arms what was waiting when the sandbox stopped."""
        self._actions = actions
        for job in self._store["job"]:
            self._arm(job)

    def stop(self) -> None:
        for handle in self._handles.values():
            handle.cancel()
        self._handles.clear()

    def later(self, seconds: float, action: str, target: str) -> None:
        """Runs the named action on the object with id `target`."""
        job = {"id": new_id("job"), "object": "job", "action": action, "target": target, "due": time.time() + seconds}
        self._arm(self._store.put(job))

    def _arm(self, job: Object) -> None:
        delay = max(0.0, job["due"] - time.time())
        self._handles[job["id"]] = asyncio.get_running_loop().call_later(delay, self._run, job)

    def _run(self, job: Object) -> None:
        del self._handles[job["id"]]
        self._store["job"].remove(job["id"])
        self._actions[job["action"]](job["target"])
