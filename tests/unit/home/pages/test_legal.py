"""Legal pages keep every version that was in force."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django import Settings
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from home.models import (
    HomePage,
    LegalPage,
)
from tests.factories import UserFactory
from tests.pages import signed_in
from tests.unit.home.pages.published import MORE, NOON, live, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def terms(home: HomePage) -> LegalPage:
    with time_machine.travel(NOON, tick=False):
        return live(home, LegalPage(**MORE["LegalPage"]))  # type: ignore[no-any-return]


def changed(page: LegalPage, versions: list[dict[str, Any]]) -> None:
    with time_machine.travel(NOON, tick=False):
        page.versions = [("version", {"changes": "", **version}) for version in versions]
        page.full_clean()
        page.save_revision().publish()


def stored(page: LegalPage) -> list[dict[str, Any]]:
    return [dict(block.value) for block in page.versions]


@pytest.mark.parametrize(
    ("day", "sentence", "moving"),
    [
        ("2025-03-31", "This version will be in force from 1 April 2025.", False),
        ("2025-04-01", "In force since 1 April 2025.", False),
        ("2026-01-31", "In force since 1 April 2025.", False),
        ("2026-02-01", "In force since 1 February 2026.", True),
    ],
)
def test_the_version_of_the_day_is_shown(terms: LegalPage, day: str, sentence: str, moving: bool) -> None:
    with time_machine.travel(f"{day}T12:00:00Z", tick=False):
        shown = read("/terms/")
    assert (sentence in shown, "<h2>Moving</h2>" in shown) == (True, moving)


def test_what_was_in_force_before_stays_readable(terms: LegalPage) -> None:
    with time_machine.travel(NOON, tick=False):
        earlier = read("/terms/?version=2025-04-01")
        assert "This is an earlier version, in force from 1 April 2025." in earlier
        assert "<h2>Moving</h2>" not in earlier
        for nonsense in ("2025-04-02", "2025-99-99", "x"):
            assert Client().get("/terms/", {"version": nonsense}).status_code == 404


def test_a_new_version_is_added_and_announced(terms: LegalPage) -> None:
    changed(terms, [*stored(terms), {"in_force_from": date(2027, 1, 1), "text": "<p>New</p>"}])
    with time_machine.travel(NOON, tick=False):
        assert "In force since 1 February 2026." in read("/terms/")
        assert "This version will be in force from 1 January 2027." in read("/terms/?version=2027-01-01")


@pytest.mark.parametrize("damage", ["reworded", "redated", "removed"])
def test_a_version_that_has_been_in_force_stays_as_it_was(terms: LegalPage, damage: str) -> None:
    first, second = stored(terms)
    if damage == "reworded":
        first["text"] = "<p>Something else</p>"
    elif damage == "redated":
        first["in_force_from"] = date(2025, 5, 1)
    with pytest.raises(ValidationError, match="The version of 1 April 2025 has been in force"):
        changed(terms, [second] if damage == "removed" else [first, second])


def test_two_versions_cannot_begin_on_one_day(terms: LegalPage) -> None:
    with pytest.raises(ValidationError, match="begin on the same day"):
        changed(terms, [*stored(terms), {"in_force_from": date(2026, 2, 1), "text": "<p>x</p>"}])


@pytest.fixture
def editor(settings: Settings) -> Client:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    root = UserFactory(is_superuser=True, is_staff=True)
    return signed_in(root)


def form_of(page: LegalPage, versions: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    blocks = [
        ("version", {"in_force_from": str(one["in_force_from"]), "changes": "", "text": rich_text(str(one["text"]))})
        for one in versions
    ]
    typed = {"title": page.title, "slug": page.slug, "introduction": rich_text(""), "versions": streamfield(blocks)}
    return nested_form_data(typed | {"comments": inline_formset([])} | more)


def edited(editor: Client, page: LegalPage, versions: list[dict[str, Any]], **more: Any) -> str:
    with time_machine.travel(NOON, tick=False):
        reply = editor.post(f"/admin/pages/{page.pk}/edit/", form_of(page, versions, **more), follow=True)
    return reply.content.decode()


def test_a_new_version_begins_when_somebody_can_read_it(terms: LegalPage, editor: Client) -> None:
    late = [*stored(terms), {"in_force_from": date(2026, 2, 2), "text": "<p>New</p>"}]
    assert "A new version can begin on 23 November 2026 at the earliest" in edited(editor, terms, late)
    assert terms.revisions.count() == 1


def test_a_version_that_begins_before_the_page_is_published_is_not_reworded_by_it(terms: LegalPage) -> None:
    to_come = {"in_force_from": date(2026, 12, 10), "text": "<p>From December</p>"}
    changed(terms, [*stored(terms), to_come])
    terms.go_live_at = datetime(2026, 12, 12, 9, tzinfo=UTC)
    with pytest.raises(ValidationError, match="The version of 10 December 2026 has been in force"):
        changed(terms, [*stored(terms)[:-1], {**to_come, "text": "<p>Otherwise</p>"}])


def test_unpublishing_first_changes_nothing_of_what_was_in_force(terms: LegalPage) -> None:
    first, second = stored(terms)
    LegalPage.objects.get().unpublish()
    with pytest.raises(ValidationError, match="The version of 1 April 2025 has been in force"):
        changed(LegalPage.objects.get(), [{**first, "text": "<p>Something else</p>"}, second])
