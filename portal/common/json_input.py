"""JSON from outside, held to what PostgreSQL can keep and Python can walk through."""

import json
import math
import re
from typing import Any, Final, NoReturn

# Only where one of these stands can a text hold what the exact test looks for.
_SUSPECT: Final = re.compile(r"\\u(?:0000|[dD][89abAB])")


class Unstorable(ValueError):
    """It may be JSON by its grammar, and still no jsonb takes it."""


def _constant(name: str) -> NoReturn:
    raise Unstorable(f"{name} is not a number of JSON")


def _fraction(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise Unstorable("a number that is too large")
    return value


_DECODER: Final = json.JSONDecoder(parse_constant=_constant, parse_float=_fraction)
_MOST_DEEP: Final = 100


def read_json(text: str) -> Any:
    """The value of `text`.

    Raises Unstorable for NaN and the infinities, endless digits, NUL, half of a surrogate pair, and nesting that is
    too deep; ValueError for what is no JSON at all.
    """
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        raise Unstorable("nested too deeply") from None
    except (json.JSONDecodeError, Unstorable):
        raise
    except ValueError:  # Python's, of a number with thousands of digits
        raise Unstorable("a number with too many digits") from None
    if text.count("{") + text.count("[") > _MOST_DEEP and _depth(value) > _MOST_DEEP:
        raise Unstorable("nested too deeply")
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


def _depth(value: Any) -> int:
    """How many lists and objects lie in one another. Without recursion: that is what it is asked for."""
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        at, depth = waiting.pop()
        children = at.values() if isinstance(at, dict) else at if isinstance(at, list) else None
        if children is not None:
            deepest = max(deepest, depth)
            waiting.extend((child, depth + 1) for child in children)
    return deepest
