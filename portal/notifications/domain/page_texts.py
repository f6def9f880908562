"""What pages say in each state: the editors' published words, else the shipped ones in the reader's language."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from django.core.cache import caches
from django.utils.translation import gettext

from portal.common.page_cache import pages_version
from portal.notifications.models import PageText
from portal.notifications.page_texts import PAGE_TEXTS
from portal.notifications.templates import filled

SECONDS: Final = 60
_previewed: ContextVar[PageText | None] = ContextVar("previewed_page_text", default=None)


@dataclass(frozen=True, slots=True)
class Words:
    """With the placeholders filled in. `lead` is the first paragraph, `rest` are the others."""

    heading: str
    lead: str
    rest: tuple[str, ...]


@contextmanager
def previewing(text: PageText) -> Iterator[None]:
    """Within it the page says what `text` does: an editor looks at what is not published."""
    token = _previewed.set(text)
    try:
        yield
    finally:
        _previewed.reset(token)


def page_words(key: str, **values: str) -> Words:
    """What is said now. Raises KeyError for a key that nobody registered."""
    template, previewed = PAGE_TEXTS[key], _previewed.get()
    if previewed is not None and previewed.key == key:
        kept, values = (previewed.heading, previewed.body), {**template.samples, **values}
    else:
        kept = _published().get(key, (template.heading, template.body))
    heading, body = (
        filled(gettext(shipped) if text == shipped and shipped else text, values)
        for text, shipped in zip(kept, (template.heading, template.body), strict=True)
    )
    lead, *rest = [part.strip() for part in body.split("\n\n") if part.strip()] or [""]
    return Words(heading, lead, tuple(rest))


def _published() -> dict[str, tuple[str, str]]:
    key = f"page-texts:{pages_version()}"
    kept: dict[str, tuple[str, str]] | None = caches["local"].get(key)
    if kept is None:
        rows = PageText.objects.filter(live=True).values_list("key", "heading", "body")
        kept = {name: (heading, body) for name, heading, body in rows}
        caches["local"].set(key, kept, SECONDS)
    return kept
