"""Pages that several tests write below."""

import pytest

from home.models import (
    HomePage,
    NewsIndexPage,
)
from ops.demo import content
from tests.unit.home.pages.published import live


@pytest.fixture
def news(home: HomePage) -> NewsIndexPage:
    return live(home, NewsIndexPage(**content.NEWS_LIST))  # type: ignore[no-any-return]
