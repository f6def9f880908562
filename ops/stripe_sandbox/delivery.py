"""Sends events to webhook endpoints: signed, concurrently, retried with back-off.

Only this machine is ever called: an endpoint elsewhere is recorded as `not_local` and left alone.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections import deque
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from .faults import Faults
from .ids import new_id
from .store import Object, Store

TRIES = 10
FIRST_RETRY = 0.2  # seconds, doubled each time
LONGEST_RETRY = 20.0
TIMEOUT = 10.0
SHUFFLE_WINDOW = 0.25
CONCURRENCY = 32
RECORDS_KEPT = 20_000
_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


def signature(payload: str, secret: str, timestamp: int) -> str:
    """The `Stripe-Signature` header (docs.stripe.com/webhooks#verify-manually)."""
    signed = f"{timestamp}.{payload}".encode()
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


@dataclass
class Parcel:
    """One copy of one event on its way to one endpoint."""

    event_id: str
    endpoint_id: str
    duplicate: bool = False
    attempt: int = 0


class Delivery:
    def __init__(self, store: Store, faults: Faults) -> None:
        self._store = store
        self._faults = faults
        self._held: list[Parcel] = []
        self._deck: list[Parcel] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(CONCURRENCY)
        self._client: httpx.AsyncClient | None = None
        self._records: deque[Object] = deque(maxlen=RECORDS_KEPT)

    def start(self) -> None:
        """Opens the connections and takes up what was undelivered when the sandbox stopped."""
        # Only this machine is called, where certificates prove nothing.
        limits = httpx.Limits(max_connections=CONCURRENCY, max_keepalive_connections=CONCURRENCY)
        self._client = httpx.AsyncClient(timeout=TIMEOUT, limits=limits, trust_env=False, verify=False)  # noqa: S501 # nosec B501
        for note in self._store["note"]:
            for endpoint_id in note.get("pending", ()):
                self._accept(Parcel(note["id"], endpoint_id))

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    def recipients(self, event_type: str) -> list[str]:
        """Ids of the enabled endpoints that asked for this type."""
        wanted = {"*", event_type}
        return [
            endpoint["id"]
            for endpoint in self._store["webhook_endpoint"]
            if endpoint["status"] == "enabled" and wanted & set(endpoint["enabled_events"])
        ]

    def send(self, event_id: str, endpoint_ids: list[str]) -> None:
        if not endpoint_ids:
            return
        self._store.annotate(event_id, pending=endpoint_ids)
        for endpoint_id in endpoint_ids:
            for copy in range(1 + self._faults.webhooks.duplicate):
                self._accept(Parcel(event_id, endpoint_id, duplicate=copy > 0))

    def release(self) -> int:
        """Sends what is held; returns how many that were."""
        held, self._held = self._held, []
        if self._faults.webhooks.shuffle:
            self._faults.dice.shuffle(held)
        for parcel in held:
            self._start(parcel)
        return len(held)

    def forget(self) -> None:
        """Drops everything on its way and every record."""
        for task in list(self._tasks):
            task.cancel()
        for part in (self._held, self._deck, self._records):
            part.clear()

    def report(self) -> Object:
        return {
            "deliveries": list(self._records),
            "held": len(self._held),
            "in_flight": len(self._tasks) + len(self._deck),
        }

    def _accept(self, parcel: Parcel) -> None:
        faults = self._faults.webhooks
        if self._faults.drops():
            self._record(parcel, "dropped")
            self._settle(parcel)
        elif faults.paused:
            self._hold(parcel)
        elif faults.shuffle:
            if not self._deck:
                asyncio.get_running_loop().call_later(SHUFFLE_WINDOW, self._deal)
            self._deck.append(parcel)
        else:
            self._start(parcel)

    def _hold(self, parcel: Parcel) -> None:
        self._held.append(parcel)
        self._record(parcel, "held")

    def _deal(self) -> None:
        deck, self._deck = self._deck, []
        self._faults.dice.shuffle(deck)
        for parcel in deck:
            self._start(parcel)

    def _start(self, parcel: Parcel) -> None:
        task = asyncio.get_running_loop().create_task(self._carry(parcel))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, parcel: Parcel) -> None:
        await asyncio.sleep(self._faults.webhooks.delay_ms / 1000)
        while True:
            endpoint = self._store["webhook_endpoint"].get(parcel.endpoint_id)
            if endpoint is None or endpoint["status"] != "enabled":
                return self._settle(parcel)
            if urlsplit(endpoint["url"]).hostname not in _LOCAL:
                self._record(parcel, "not_local", url=endpoint["url"])
                return self._settle(parcel)
            parcel.attempt += 1
            if await self._attempt(parcel, endpoint) or parcel.attempt >= TRIES:
                return self._settle(parcel)
            await asyncio.sleep(min(LONGEST_RETRY, FIRST_RETRY * 2 ** (parcel.attempt - 1)))
            if self._faults.webhooks.paused:
                return self._hold(parcel)

    async def _attempt(self, parcel: Parcel, endpoint: Object) -> bool:
        event = self._store["event"].get(parcel.event_id)
        if event is None or self._client is None:
            return True
        body = json.dumps(event, indent=2)
        secret = self._store.note(endpoint["id"])["secret"]
        status, error = None, None
        async with self._slots:
            started = time.time()
            headers = {
                "Content-Type": "application/json; charset=utf-8",
                "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
                "Stripe-Signature": signature(body, secret, int(started)),
            }
            try:
                status = (await self._client.post(endpoint["url"], content=body, headers=headers)).status_code
            except httpx.HTTPError as failure:
                error = f"{type(failure).__name__}: {failure}"
        delivered = status is not None and 200 <= status < 300
        last = parcel.attempt >= TRIES
        outcome = "delivered" if delivered else "gave_up" if last else "will_retry"
        elapsed = round((time.time() - started) * 1000)
        self._record(parcel, outcome, url=endpoint["url"], status=status, error=error, duration_ms=elapsed)
        return delivered

    def _settle(self, parcel: Parcel) -> None:
        """Nothing more is pending for this event at this endpoint."""
        note = self._store["note"].get(parcel.event_id)
        event = self._store["event"].get(parcel.event_id)
        if note is None or event is None or parcel.endpoint_id not in note.get("pending", ()):
            return
        left = [one for one in note["pending"] if one != parcel.endpoint_id]
        if left:
            self._store.annotate(parcel.event_id, pending=left)
        else:
            self._store["note"].remove(parcel.event_id)
        self._store.put(event | {"pending_webhooks": len(left)})

    def _record(self, parcel: Parcel, outcome: str, **answer: Any) -> None:
        """`answer` is url, status, error and duration_ms, as far as it came to that."""
        event = self._store["event"].get(parcel.event_id)
        known = {
            "id": new_id("wd"),
            "event": parcel.event_id,
            "type": event["type"] if event else None,
            "endpoint": parcel.endpoint_id,
            "outcome": outcome,
            "attempt": parcel.attempt,
            "duplicate": parcel.duplicate,
            "at": time.time(),
        }
        self._records.append(known | dict.fromkeys(("url", "status", "error", "duration_ms")) | answer)
