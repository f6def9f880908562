"""Asking Stripe in the background: not too often, and again when it does not answer."""

import random
import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

from django.conf import settings

from payments.gateway.base import GatewayUnreachable

ATTEMPTS: Final = 6
FIRST_WAIT: Final = 0.5  # seconds, doubled each time: 15.5 in all, give or take a quarter
Result = TypeVar("Result")


class Throttle:
    """Lets callers of all threads through one after the other, at most `per_second` of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free_at = 0.0

    def wait(self, per_second: float) -> None:
        """Return when it is the caller's turn."""
        with self._lock:
            mine = max(time.monotonic(), self._free_at)
            self._free_at = mine + 1 / per_second
        time.sleep(max(0.0, mine - time.monotonic()))


_throttle: Final = Throttle()


def _apart() -> float:
    """Spreads the threads, so that those refused together do not come back together."""
    return random.uniform(0.75, 1.25)  # noqa: S311 - nothing is to be kept secret


def with_retries(ask: Callable[[], Result]) -> Result:
    """What `ask` (which only reads) returns, in the settings' rate; raises its last GatewayUnreachable."""
    for attempt in range(1, ATTEMPTS):
        _throttle.wait(settings.RECONCILIATION_REQUESTS_PER_SECOND)
        try:
            return ask()
        except GatewayUnreachable:
            time.sleep(FIRST_WAIT * 2 ** (attempt - 1) * _apart())
    _throttle.wait(settings.RECONCILIATION_REQUESTS_PER_SECOND)
    return ask()
