"""The event object."""

from typing import Any

from .. import API_VERSION
from ..store import Object
from . import new


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
        **new("evt", "event"),
        "api_version": API_VERSION,
        "data": data,
        "pending_webhooks": pending_webhooks,
        "request": {"id": request_id, "idempotency_key": idempotency_key},
        "type": kind,
    }


def changes(old: Object, new: Object) -> Object:
    """`previous_attributes`: the former values of the top-level keys that differ."""
    return {key: old.get(key) for key, value in new.items() if old.get(key) != value}
