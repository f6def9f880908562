"""A task of some seconds, and one that tells that it ran; the worker under test loads them with `--include`."""

import os
import time
from pathlib import Path

from celery import shared_task


@shared_task(name="tests.slow_task")
def slow_task(seconds: float, mark: str) -> None:
    """Write `mark` with this process's id when begun, and again when done."""
    Path(f"{mark}.begun").write_text(str(os.getpid()))
    time.sleep(seconds)
    Path(f"{mark}.done").touch()
