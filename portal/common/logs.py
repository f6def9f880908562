"""Structured logs: one JSON object a line, with what `extra=` gives."""

import json
import logging
from typing import Final

from portal.common import request_id

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_NOT_LOGGED: Final = frozenset({"request", "response", "server_time"})


class JsonFormatter(logging.Formatter):
    """Formats a record as JSON; objects that JSON does not know become text."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if number := request_id.current.get():
            entry["request_id"] = number
        extra = {k: v for k, v in vars(record).items() if k not in _STANDARD and k not in _NOT_LOGGED}
        entry.update(extra)
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str, ensure_ascii=False)
