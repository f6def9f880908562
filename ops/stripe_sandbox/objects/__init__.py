"""Builders: one function an object kind, returning exactly the keys of Stripe's description."""

from ..store import Object


def null(names: str) -> Object:
    """Keys that Stripe always has and the sandbox leaves empty, or fills in later."""
    return dict.fromkeys(names.split())
