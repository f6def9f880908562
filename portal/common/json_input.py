"""JSON from outside, held to what PostgreSQL can keep and Python can walk through."""

import json
import re
from typing import Any, Final, NoReturn

# Only where one of these stands can a text hold what the exact test looks for.
_SUSPECT: Final = re.compile(r"\\u(?:0000|[dD][89abAB])")


class Unstorable(ValueError):
    """It may be JSON by its grammar, and still no jsonb takes it."""


def _constant(name: str) -> NoReturn:
    raise Unstorable(f"{name} is not a number of JSON")


def _integer(digits: str) -> int:
    try:
        return int(digits)
    except ValueError:
        raise Unstorable("a number with thousands of digits") from None


_DECODER: Final = json.JSONDecoder(parse_constant=_constant, parse_int=_integer)


def read_json(text: str) -> Any:
    """The value of `text`.

    Raises Unstorable for NaN and the infinities, endless digits, NUL, half of a surrogate pair, and nesting that is
    too deep; ValueError for what is no JSON at all.
    """
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        raise Unstorable("nested too deeply") from None
    if _SUSPECT.search(text):
        _refuse_unstorable_text(value)
    return value


def _refuse_unstorable_text(value: Any) -> None:
    written = json.dumps(value, ensure_ascii=False)
    if re.search(r"(?<!\\)(?:\\\\)*\\u0000", written):
        raise Unstorable("a NUL in a text")
    try:
        written.encode()
    except UnicodeEncodeError:
        raise Unstorable("half of a surrogate pair") from None
