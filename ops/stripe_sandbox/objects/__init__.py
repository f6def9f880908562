"""Builders: one function an object kind, returning exactly the keys of Stripe's description."""

from .. import clock
from ..ids import new_id
from ..store import Object


def new(prefix: str, kind: str) -> Object:
    """What nearly every object begins with."""
    return {"id": new_id(prefix), "object": kind, "created": clock.now(), "livemode": False}


def null(names: str) -> Object:
    """Keys that Stripe always has and the sandbox leaves empty, or fills in later."""
    return dict.fromkeys(names.split())
