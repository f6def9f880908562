"""Search finds what everybody may read."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from wagtail.models import PageViewRestriction

from home.models import (
    ContentPage,
    HomePage,
)
from tests.pages import Elements
from tests.unit.home.pages.published import live, read

pytestmark = pytest.mark.django_db


def found(query: str, **more: str) -> list[str]:
    page = read("/search/?" + "&".join(f"{key}={value}" for key, value in {"q": query, **more}.items()))
    start = page.find('class="plain-list results"')
    return [] if start < 0 else [link["href"] for link in Elements(page[start:]).all("a")]


def test_search_finds_words_of_public_pages_and_no_others(home: HomePage) -> None:
    shown = live(
        home, ContentPage(title="Parking", slug="parking", body=[("rich_text", "<p>A marquee in the yard</p>")])
    )
    hidden = live(home, ContentPage(title="Marquee plans", slug="plans"))
    assert {"/parking/", "/plans/"} <= set(found("marquee"))
    hidden.unpublish()
    assert "/plans/" not in found("marquee")
    PageViewRestriction.objects.create(page=shown, restriction_type=PageViewRestriction.LOGIN)
    assert found("marquee") == []


@pytest.mark.parametrize("query", ["zzzz", "%00", "' OR 1=1 --", "*" * 300, "🎈"])
def test_a_search_without_results_says_what_to_do(home: HomePage, query: str) -> None:
    shown = Client().get("/search/", {"q": query})
    assert shown.status_code == 200
    assert "We found no pages" in shown.content.decode() or query == "%00"


def test_results_are_paged(home: HomePage) -> None:
    for number in range(12):
        live(home, ContentPage(title=f"Marquee {number}", slug=f"m{number}"))
    assert "12 pages found" in read("/search/?q=marquee")
    assert len([href for href in found("marquee", page="2") if href.startswith("/m")]) == 2


def test_searching_is_limited(home: HomePage, settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "search": "2/m/client"}
    assert [Client().get("/search/?q=care").status_code for _ in range(3)] == [200, 200, 429]
    assert Client().get("/search/").status_code == 200
