"""Reports how far a run is."""

from collections.abc import Callable

Progress = Callable[[str, float], None]  # the current step, and the share that is done: 0 to 1


class ProgressReporter:
    """Called with a message at each step of the work; first renews the run's lease."""

    def __init__(self, progress: Progress, renew: Callable[[], None]) -> None:
        self._progress, self._renew = progress, renew
        self.share = 0.0

    def __call__(self, message: str) -> None:
        self._renew()
        self._progress(message, self.share)
