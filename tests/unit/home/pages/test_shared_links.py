"""Cards of shared links, and the bar that staff see."""

from datetime import date

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.management import call_command
from pytest_django.fixtures import Settings
from wagtail.images.models import Image

from home.models import (
    HomePage,
    NewsIndexPage,
)
from portal.accounts.roles import Role
from tests.factories import UserFactory
from tests.pages import Elements, signed_in
from tests.unit.home.pages.published import article, read
from tests.unit.portal.uploads.samples import picture

pytestmark = pytest.mark.django_db


def test_a_shared_link_has_title_description_and_picture(news: NewsIndexPage) -> None:
    image = Image.objects.create(title="Garden", file=ContentFile(picture(), name="a.jpg"))
    article(news, "Spring", date(2026, 4, 1), picture=image, search_description="What is new")
    shown = Elements(read("/news/spring/")).all("meta")
    card = {meta["property"]: meta["content"] for meta in shown if meta.get("property", "").startswith("og:")}
    assert (card["og:title"], card["og:description"], card["og:site_name"]) == (
        "Spring", "What is new", "Hearth & Hand",
    )  # fmt: skip
    assert card["og:image"].startswith("http://")
    assert (card["og:image:width"], card["og:image:height"]) == ("64", "34")  # no larger than it is


def test_staff_have_wagtails_bar_and_nobody_else(home: HomePage, settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    call_command("bootstrap_site", verbosity=0)
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name=Role.EDITOR.value))
    answer = signed_in(user).get("/")
    assert "wagtail-userbar" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert "wagtail-userbar" not in read("/", signed_in(UserFactory()))
    assert "wagtail-userbar" not in read("/")
