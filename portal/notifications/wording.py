"""Filling `{placeholders}` in the wording: plain replacement, so that no wording can break a send."""

import re
from collections.abc import Container, Mapping

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def filled(wording: str, values: Mapping[str, str]) -> str:
    """`wording` with each known `{name}` replaced by its value; unknown ones stay as they are."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), wording)


def unknown_placeholders(wording: str, known: Container[str]) -> list[str]:
    """The placeholders in `wording` that `known` does not have, as written."""
    return [match[0] for match in _PLACEHOLDER.finditer(wording) if match[1] not in known]
