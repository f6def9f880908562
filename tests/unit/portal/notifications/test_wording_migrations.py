"""A wording that was shipped before becomes today's, and an editor's stays as it is."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from payments.messages import PAY_LINK
from portal.notifications.models import MessageText
from portal.notifications.templates import unknown_placeholders
from portal.security.messages import ACCOUNT_CHANGED

pytestmark = pytest.mark.django_db
reworded = import_module("portal.notifications.migrations.0004_wording_of_pay_links")
changed = import_module("portal.notifications.migrations.0005_wording_of_account_changes")
BEFORE = sorted(reworded.SHIPPED_BEFORE)


def migrated(body: str, button: str = "Sign in and pay the deposit") -> MessageText:
    text = MessageText.objects.get(key="pay_link")
    text.body, text.button = body, button
    text.save()
    reworded.reword(apps, connection.schema_editor())
    text.refresh_from_db()
    return text


@pytest.mark.parametrize("body", BEFORE, ids=["0.1.0", "typewriter_apostrophes", "apostrophes"])
def test_each_wording_that_was_shipped_becomes_todays(body: str) -> None:
    text = migrated(body)
    assert (text.subject, text.body, text.button) == (PAY_LINK.subject, PAY_LINK.body, PAY_LINK.button)
    assert unknown_placeholders(text.body, PAY_LINK.samples) == []


@pytest.mark.parametrize(
    ("body", "button"),
    [(f"{BEFORE[0]} Thank you.", "Sign in and pay the deposit"), (BEFORE[0], "Sign in"), ("", "")],
    ids=["body", "button", "empty"],
)
def test_an_editors_wording_stays(body: str, button: str) -> None:
    text = migrated(body, button)
    assert (text.body, text.button) == (body, button)


def test_a_wording_that_an_editor_has_looked_at_and_saved_stays() -> None:
    MessageText.objects.get(key="pay_link").save_revision()
    assert migrated(BEFORE[0]).body == BEFORE[0]


def test_it_changes_no_other_email() -> None:
    others = MessageText.objects.exclude(key="pay_link").order_by("key")
    before = list(others.values())
    migrated(BEFORE[0])
    assert list(others.values()) == before


@pytest.mark.parametrize(
    ("body", "button"), [(changed.SHIPPED_BEFORE, "Choose a new password"), ("Ours: {phone}", "Go")]
)
def test_only_the_shipped_wording_of_account_changes_is_replaced(body: str, button: str) -> None:
    text = MessageText.objects.get(key="account_changed")
    text.body, text.button = body, button
    text.save()
    changed.reword(apps, connection.schema_editor())
    text.refresh_from_db()
    assert text.body == (ACCOUNT_CHANGED.body if body == changed.SHIPPED_BEFORE else body)
    assert text.button == button
