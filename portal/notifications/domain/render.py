"""Turning wording and context into a message."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string

from portal.notifications.templates import Details, filled


@dataclass(frozen=True, slots=True)
class Message:
    """A message ready to send, in our design and as plain text that says the same.

    `url` is where the button leads, absolute; `details` are (label, value), shown as a table.
    """

    subject: str
    paragraphs: tuple[str, ...]
    button: str
    url: str
    details: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """The plain text form."""
        return render_to_string("notifications/message.txt", {"message": self}).strip() + "\n"

    @property
    def html(self) -> str:
        """The HTML form."""
        return render_to_string("notifications/message.html", {"message": self})


def rendered(subject: str, body: str, button: str, values: Mapping[str, str], details: Details = ()) -> Message:
    """Fill `values` in; `values["url"]` may be a path of the portal. A detail without a value is left out."""
    paragraphs = tuple(part.strip() for part in filled(body, values).split("\n\n") if part.strip())
    url = values.get("url", "")
    absolute = settings.BASE_URL + url if url.startswith("/") else url
    return Message(
        _one_line(filled(subject, values)),
        paragraphs,
        filled(button, values),
        absolute,
        tuple((str(label), _one_line(values[name])) for label, name in details if values.get(name)),
    )


def _one_line(text: str) -> str:
    """Nothing that somebody typed begins a header or a row of its own."""
    return " ".join(text.split())
