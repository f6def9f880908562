"""Pages that are published, and read by a stranger."""

from datetime import UTC, date, datetime
from typing import Any

from django.test import Client
from wagtail.models import Page

from home.models import (
    ContentPage,
    HomePage,
    NewsIndexPage,
    NewsPage,
)
from ops.demo import content

MORE = dict(content.MORE_PAGES)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def read(path: str, client: Client | None = None) -> str:
    return (client or Client()).get(path).content.decode()


def live(parent: Page, page: Page) -> Any:
    parent.add_child(instance=page).save_revision().publish()
    return page


def with_body(home: HomePage, *blocks: tuple[str, Any]) -> str:
    live(home, ContentPage(title="About", slug="about", body=list(blocks)))
    return read("/about/")


def article(news: NewsIndexPage, title: str, day: date, **fields: Any) -> NewsPage:
    made = NewsPage(title=title, slug=title.lower(), date=day, introduction=f"<p>{title}</p>", **fields)
    return live(news, made)  # type: ignore[no-any-return]
