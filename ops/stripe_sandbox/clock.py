"""The sandbox's time, which a history can set back. UTC seconds, whole as Stripe's are."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

_set: list[float] = []


def now() -> int:
    return int(_set[-1] if _set else time.time())


@contextmanager
def at(moment: float) -> Iterator[None]:
    """Has everything inside happen at `moment`. For one that makes a history, before anything is served."""
    _set.append(moment)
    try:
        yield
    finally:
        _set.pop()
