"""The registry of what pages say in each state. Each app registers its own; editors change the wording."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class PageTemplate:
    """One state: when it is shown, its shipped wording, and its placeholders with sample values.

    `heading` is empty where the page has none for it. `preview` makes the page in this state, with a sample booking.
    """

    key: str
    name: str | Promise
    sent_when: str | Promise
    body: str
    preview: Callable[[HttpRequest], HttpResponse]
    heading: str = ""
    samples: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()


PAGE_TEXTS: Final[dict[str, PageTemplate]] = {}


def register(*templates: PageTemplate) -> None:
    """Add states; called when an app is ready. Raises ValueError for a key that is taken."""
    for template in templates:
        if PAGE_TEXTS.setdefault(template.key, template) is not template:
            raise ValueError(f"page text {template.key!r} is registered twice")
