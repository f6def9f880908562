"""Idempotency keys: the first answer is kept for a day and repeated.

Source: docs.stripe.com/api/idempotent_requests.
"""

import time
from dataclasses import dataclass

from .errors import idempotency_in_use, idempotency_mismatch, invalid_request
from .store import Store

KEPT_FOR = 24 * 3600
LONGEST_KEY = 255


@dataclass(frozen=True)
class Reply:
    status: int
    body: str
    headers: dict[str, str]


class Replies:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._in_flight: set[str] = set()

    def begin(self, key: str | None, fingerprint: str) -> Reply | None:
        """The answer to repeat, if there is one; otherwise the key is taken until `end`."""
        if key is None:
            return None
        if len(key) > LONGEST_KEY:
            raise invalid_request("The idempotency key must be at most 255 characters.")
        if key in self._in_flight:
            raise idempotency_in_use(key)
        kept = self._store["reply"].get(key)
        if kept is None or kept["created"] < time.time() - KEPT_FOR:
            self._in_flight.add(key)
            return None
        if kept["fingerprint"] != fingerprint:
            raise idempotency_mismatch(
                "Keys for idempotent requests can only be used with the same parameters they were "
                f"first used with. Try using a key other than '{key}' if you meant to execute a "
                "different request."
            )
        headers = {"Idempotent-Replayed": "true", "Original-Request": kept["request_id"]}
        return Reply(kept["status"], kept["body"], headers)

    def save(self, key: str | None, fingerprint: str, reply: Reply, request_id: str) -> None:
        """Keeps the answer of a request that began executing, a decline and a 500 too."""
        if key is None:
            return
        if key in self._store["reply"]:
            self._store["reply"].remove(key)
        kept = {"id": key, "object": "reply", "created": int(time.time()), "fingerprint": fingerprint}
        self._store.put(kept | {"status": reply.status, "body": reply.body, "request_id": request_id})

    def end(self, key: str | None) -> None:
        if key is not None:
            self._in_flight.discard(key)
