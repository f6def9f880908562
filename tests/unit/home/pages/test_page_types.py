"""Each page type shows what the editor wrote."""

import pytest
import time_machine
from wagtail.models import Page

from home.models import (
    ContactPage,
    HomePage,
    LandingPage,
    LegalPage,
    PeoplePage,
    QuestionsPage,
)
from tests.unit.home.pages.published import MORE, NOON, live, read

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (LandingPage, "Three hours that are yours"),
        (QuestionsPage, "Do I need a referral?"),
        (PeoplePage, "Lead coordinator"),
        (ContactPage, "Send message"),
        (LegalPage, "In force since 1 February 2026."),
    ],
)
def test_each_page_type_shows_what_the_editor_wrote(home: HomePage, model: type[Page], words: str) -> None:
    page = live(home, model(**MORE[model.__name__]))
    with time_machine.travel(NOON, tick=False):
        shown = read(page.url)
    assert words in shown
    assert f"<title>{page.title} · Hearth &amp; Hand</title>" in shown
