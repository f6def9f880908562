"""The event object."""

from typing import Any

from .. import API_VERSION, clock
from ..ids import new_id
from ..store import Object


def build(
    kind: str,
    subject: Object,
    previous: Object | None,
    *,
    request_id: str | None,
    idempotency_key: str | None,
    pending_webhooks: int,
) -> Object:
    data: dict[str, Any] = {"object": subject}
    if previous is not None:
        data["previous_attributes"] = previous
    return {
        "id": new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": clock.now(),
        "data": data,
        "livemode": False,
        "pending_webhooks": pending_webhooks,
        "request": {"id": request_id, "idempotency_key": idempotency_key},
        "type": kind,
    }


def changes(old: Object, new: Object) -> Object:
    """`previous_attributes`: the former values of the top-level keys that differ."""
    return {key: old.get(key) for key, value in new.items() if old.get(key) != value}
