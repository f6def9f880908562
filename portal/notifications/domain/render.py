"""Turning wording and context into a message."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string

from portal.notifications.templates import filled


@dataclass(frozen=True, slots=True)
class Message:
    """A message ready to send; `url` is where the button leads, absolute."""

    subject: str
    paragraphs: tuple[str, ...]
    button: str
    url: str

    @property
    def text(self) -> str:
        """The plain text form."""
        parts = [*self.paragraphs]
        if self.url:
            parts.append(f"{self.button}: {self.url}")
        return "\n\n".join([*parts, f"-- \n{settings.SITE_NAME}"]) + "\n"

    @property
    def html(self) -> str:
        """The HTML form, our layout."""
        return render_to_string("notifications/message.html", {"message": self, "site_name": settings.SITE_NAME})


def rendered(subject: str, body: str, button: str, values: Mapping[str, str]) -> Message:
    """Fill `values` in; `values["url"]` may be a path of the portal."""
    paragraphs = tuple(part.strip() for part in filled(body, values).split("\n\n") if part.strip())
    url = values.get("url", "")
    absolute = settings.BASE_URL + url if url.startswith("/") else url
    return Message(" ".join(filled(subject, values).split()), paragraphs, filled(button, values), absolute)
