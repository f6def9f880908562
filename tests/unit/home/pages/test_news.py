"""News are listed, scheduled and hidden."""

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from wagtail.models import PageViewRestriction

from home.models import (
    NewsIndexPage,
    NewsPage,
)
from home.tasks import publish_scheduled
from portal.common import clock
from tests.unit.home.pages.published import article, read

pytestmark = pytest.mark.django_db


def titles(shown: str) -> list[str]:
    return [title for title in ("Spring", "Summer", "Autumn") if f">{title}</a>" in shown]


def test_news_are_listed_newest_first_ten_a_page(news: NewsIndexPage) -> None:
    for number in range(11):
        article(news, f"Old{number}", date(2020, 1, 1))
    article(news, "Spring", date(2026, 4, 1))
    article(news, "Summer", date(2026, 7, 1))
    first = read("/news/")
    assert first.index(">Summer<") < first.index(">Spring<")
    assert (first.count("news__item"), read("/news/?page=2").count("news__item")) == (10, 3)
    assert read("/news/?page=999") == read("/news/?page=2").replace("?page=2", "?page=999")


def test_an_empty_list_of_news_says_so(news: NewsIndexPage) -> None:
    assert "There’s no news yet." in read("/news/")


def test_a_scheduled_article_is_published_and_listed_when_its_time_comes(news: NewsIndexPage) -> None:
    page = news.add_child(instance=NewsPage(title="Spring", slug="spring", introduction="<p>x</p>", live=False))
    assert titles(read("/news/")) == []
    page.go_live_at = clock.now() + timedelta(hours=1)
    page.save_revision().publish()
    publish_scheduled()
    assert titles(read("/news/")) == []
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        publish_scheduled()
        assert titles(read("/news/")) == ["Spring"]
        assert Client().get("/news/spring/").status_code == 200


def test_what_not_everybody_may_read_is_not_listed(news: NewsIndexPage) -> None:
    article(news, "Spring", date(2026, 4, 1)).unpublish()
    private = article(news, "Summer", date(2026, 7, 1))
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    assert titles(read("/news/")) == []
