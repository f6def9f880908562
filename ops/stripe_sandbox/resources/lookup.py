"""Finding the object an address or a parameter names."""

from ..api import Call
from ..errors import Object, no_such, not_found
from ..sandbox import Sandbox


def addressed(box: Sandbox, call: Call, kind: str, param: str | None = None) -> Object:
    """The object of `/v1/…/{id}`; Stripe's 404 where there is none."""
    found = box.store[kind].get(call.path["id"])
    if found is None:
        raise not_found(kind, call.path["id"], param or "id")
    return found


def named(box: Sandbox, call: Call, param: str, kind: str | None = None) -> Object:
    """The object whose id a parameter gives; Stripe's 400 where there is none."""
    object_id = call.params[param]
    found = box.store[kind or param].get(object_id)
    if found is None:
        raise no_such(kind or param, object_id, param)
    return found
