"""The demo's broker made of files, with messages that appear whole.

kombu's own opens the file of a message before it writes it; a worker that reads in between finds nothing in it and
ends with an error that ends the demo.
"""

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """kombu's channel, except that a message is written beside its place and then renamed into it."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # as kombu has it
        place = Path(self.data_folder_out, f"{time.monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg")
        draft = place.with_suffix(".draft")
        draft.write_text(dumps(payload))
        draft.rename(place)


class Transport(filesystem.Transport):
    """Named by CELERY_BROKER_TRANSPORT."""

    Channel = Channel
