"""The event object."""

from .. import API_VERSION
from ..store import Object
from . import new


def build(
    kind: str, subject: Object, previous: Object | None, *, cause: Object | None, pending_webhooks: int
) -> Object:
    """`cause` is the API request, by id and idempotency key."""
    data = {"object": subject} if previous is None else {"object": subject, "previous_attributes": previous}
    return {
        **new("evt", "event"),
        "api_version": API_VERSION,
        "data": data,
        "pending_webhooks": pending_webhooks,
        "request": cause,
        "type": kind,
    }


def changes(old: Object, new: Object) -> Object:
    """`previous_attributes`: the former values of the top-level keys that differ."""
    return {key: old.get(key) for key, value in new.items() if old.get(key) != value}
