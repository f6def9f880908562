"""Saying how far a run is, to whoever watches it."""

from collections.abc import Callable

Progress = Callable[[str, float], None]  # what happens now, and the share that is done: 0 to 1


class Teller:
    """Called with a message at every step of the work; first does what keeps the run alive."""

    def __init__(self, progress: Progress, stay_alive: Callable[[], None]) -> None:
        self._progress, self._stay_alive = progress, stay_alive
        self.share = 0.0

    def __call__(self, message: str) -> None:
        self._stay_alive()
        self._progress(message, self.share)
