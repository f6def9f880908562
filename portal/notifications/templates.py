"""The registry of message templates. Each app registers its own; editors change the wording, never the moment."""

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from portal.notifications.metrics import NOTIFICATIONS, OUTCOMES

if TYPE_CHECKING:
    from portal.notifications.models import Notification


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """One kind of e-mail: when it is sent, its shipped wording, and its placeholders with sample values.

    In subject and body `{name}` stands for a placeholder; a blank line separates paragraphs. The button leads
    to the context's `url`. What signs somebody in is never stored: `fresh_url` makes the link when the email
    is sent (None when it is no longer wanted), and neither words nor values are kept after that where `kept` is False.
    """

    key: str
    name: str
    sent_when: str
    subject: str
    body: str
    button: str
    samples: Mapping[str, str]
    fresh_url: "Callable[[Notification], str | None] | None" = None
    kept: bool = True


REGISTRY: Final[dict[str, MessageTemplate]] = {}


def register(*templates: MessageTemplate) -> None:
    """Add templates; called when an app is ready. Raises ValueError for a key that is taken."""
    for template in templates:
        if REGISTRY.setdefault(template.key, template) is not template:
            raise ValueError(f"message template {template.key!r} is registered twice")
        for outcome in OUTCOMES:
            NOTIFICATIONS.labels(template=template.key, outcome=outcome)


_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def filled(wording: str, values: Mapping[str, str]) -> str:
    """`wording` with each known `{name}` replaced by its value; unknown ones stay as they are."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), wording)


def unknown_placeholders(wording: str, known: Container[str]) -> list[str]:
    """The placeholders in `wording` that `known` does not have, as written."""
    return [match[0] for match in _PLACEHOLDER.finditer(wording) if match[1] not in known]
