"""The registry of message templates. Each app registers its own; editors change the wording, never the moment."""

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.functional import Promise

from portal.notifications.metrics import NOTIFICATIONS, OUTCOMES

if TYPE_CHECKING:
    from portal.notifications.models import Notification


Attachment = tuple[str, bytes, str]  # file name, content, type
Details = Sequence[tuple[str | Promise, str]]  # label, name of the placeholder that holds the value


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """One kind of email: when it is sent, its shipped wording, and its placeholders with sample values.

    In subject and body `{name}` stands for a placeholder; a blank line separates paragraphs. The button leads
    to the context's `url`. What signs somebody in is never stored: `fresh_url` makes the link when the email
    is sent (None when it is no longer wanted), and the words with it are not kept; nor are the values where
    `store_context` is False. A `fresh_url` that answers with the context's own `url` has made nothing secret.
    `former` placeholders are no longer offered, but filled in: an editor's wording may still have them. `details` are
    shown as a table below the wording. `attachments` are made when the email is sent, and stored nowhere. A `retired`
    one is not queued any more: rows of an earlier release still go out, and editors are not offered its wording. A
    wording without one of the `required` placeholders is refused: the code to sign in with, for example.
    """

    key: str
    name: str | Promise
    sent_when: str | Promise
    subject: str
    body: str
    button: str
    samples: Mapping[str, str]
    fresh_url: "Callable[[Notification], str | None] | None" = None
    store_context: bool = True
    former: tuple[str, ...] = ()
    details: Details = ()
    attachments: "Callable[[Notification], Sequence[Attachment]] | None" = None
    retired: bool = False
    required: tuple[str, ...] = ()


REGISTRY: Final[dict[str, MessageTemplate]] = {}


def register(*templates: MessageTemplate) -> None:
    """Add templates; called when an app is ready. Raises ValueError for a key that is taken."""
    for template in templates:
        if REGISTRY.setdefault(template.key, template) is not template:
            raise ValueError(f"message template {template.key!r} is registered twice")
        for outcome in OUTCOMES:
            NOTIFICATIONS.labels(template=template.key, outcome=outcome)


_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_AT_A_BRACE = re.compile(r"\{+[^{}\s]*\}*|\}+")


def filled(wording: str, values: Mapping[str, str]) -> str:
    """`wording` with each known `{name}` replaced by its value; unknown ones stay as they are."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), wording)


def unknown_placeholders(wording: str, known: Container[str]) -> list[str]:
    """The placeholders in `wording` that `known` does not have, as written."""
    return [match[0] for match in _PLACEHOLDER.finditer(wording) if match[1] not in known]


def stray_braces(wording: str) -> list[str]:
    """The words at braces that belong to no placeholder, as written: `{name`, or `{{name}}`."""
    return [match[0] for match in _AT_A_BRACE.finditer(wording) if not _PLACEHOLDER.fullmatch(match[0])]


def missing_placeholders(wording: str, required: Iterable[str]) -> list[str]:
    """Those of `required` that `wording` does not have, as they are written."""
    used = {match[1] for match in _PLACEHOLDER.finditer(wording)}
    return [f"{{{name}}}" for name in required if name not in used]
