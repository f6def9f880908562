"""Structured logs: one JSON object a line, with what `extra=` gives, and without the keys of mailed links."""

import json
import logging
import re
from typing import Final

from portal.common import request_id

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_NOT_LOGGED: Final = frozenset({"request", "response", "server_time"})
# Who has one of these addresses may do what it is for. nginx' log leaves them out likewise.
_KEY_OF_MAILED_LINK: Final = re.compile(
    r"(/pay/(?:return/)?|/calendar/|/accounts/(?:password/reset/key|confirm-email|invitation)/)[\w:.=~-]{8,}"
)


def without_keys(text: str) -> str:
    """`text` with `-` in place of the key of each mailed link."""
    return _KEY_OF_MAILED_LINK.sub(r"\1-", text)


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
        return without_keys(json.dumps(entry, default=str, ensure_ascii=False))
