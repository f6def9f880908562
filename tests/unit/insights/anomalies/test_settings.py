"""Thresholds: who may set them, and what is refused, in words."""

from datetime import date
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from insights.anomalies.judging import Thresholds
from insights.anomalies.models import Anomaly, AnomalySettings
from insights.kpis.registry import watched_kpis
from portal.accounts.roles import Role
from tests.unit.insights.test_json import signed_in

pytestmark = pytest.mark.django_db
SETTINGS = "/admin/settings/insights/anomalysettings/"
DEFAULTS: dict[str, Any] = {
    "watched": list(watched_kpis()),
    "recipients": ["Manager"],
    "sensitivity": "3.5",
    "minimum_volume": "10",
    "silence_bookings": "12",
    "lag_seconds": "30",
    "closed_days": "",
}


@pytest.fixture(autouse=True)
def _password_is_enough(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False


def address() -> str:
    return reverse("wagtailsettings:edit", args=["insights", "anomalysettings", AnomalySettings.load().pk])


def test_the_defaults_are_those_that_were_measured() -> None:
    assert AnomalySettings.load().thresholds() == Thresholds()


def test_a_manager_changes_them() -> None:
    changed = {
        **DEFAULTS, "watched": ["refunds_made"], "recipients": [], "sensitivity": "4.5", "minimum_volume": "50",
        "closed_days": "2026-12-25\n\n 2026-12-26 ",
    }  # fmt: skip
    page = signed_in(Role.MANAGER).post(address(), changed, follow=True)
    kept = AnomalySettings.load()
    assert (page.status_code, kept.watched, kept.recipients) == (200, ["refunds_made"], [])
    assert kept.thresholds() == Thresholds(
        sensitivity=4.5, minimum_volume=50, closed_days=frozenset({date(2026, 12, 25), date(2026, 12, 26)})
    )


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("sensitivity", "0", "Enter a number from 2 (many anomalies) to 10 (only the worst)."),
        ("sensitivity", "11", "Enter a number from 2 (many anomalies) to 10 (only the worst)."),
        ("sensitivity", "much", "Enter a number."),
        ("sensitivity", "NaN", "Enter a number."),
        ("minimum_volume", "-1", "Enter a whole number from 5 to 100,000."),
        ("minimum_volume", "1", "Enter a whole number from 5 to 100,000."),
        ("silence_bookings", "0", "Enter a whole number from 5 to 10,000."),
        ("lag_seconds", "", "This field is required."),
        ("lag_seconds", "999999", "Enter a whole number from 1 to 86,400."),
        ("closed_days", "2026-12-25\n26.12.2026", "Line 2: “26.12.2026” isn’t a date. Write it like 2026-12-25."),
        ("closed_days", "2026-02-30", "Line 1: “2026-02-30” isn’t a date. Write it like 2026-12-25."),
        ("watched", ["weather"], "Select a valid choice. weather is not one of the available choices."),
        ("recipients", ["Caregiver"], "Select a valid choice. Caregiver is not one of the available choices."),
    ],
)
def test_invalid_values_are_refused_in_words_and_change_nothing(field: str, value: Any, says: str) -> None:
    page = signed_in(Role.MANAGER).post(address(), {**DEFAULTS, field: value})
    assert (page.status_code, says in unescape(page.content.decode())) == (200, True)
    assert AnomalySettings.load().thresholds() == Thresholds()


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.MANAGER, True), (Role.ADMINISTRATOR, True), (Role.FINANCE, False), (Role.COORDINATOR, False),
        (Role.EDITOR, False), (Role.CAREGIVER, False),
    ],
)  # fmt: skip
def test_managers_and_administrators_set_them_and_nobody_else(role: Role, may: bool) -> None:
    client = signed_in(role)
    assert client.get(address()).status_code == (200 if may else 403)
    assert client.post(address(), {**DEFAULTS, "sensitivity": "5"}).status_code == (302 if may else 403)
    assert AnomalySettings.load().sensitivity == (5 if may else 3.5)


def test_signed_out_leads_to_sign_in() -> None:
    assert Client().get(address())["Location"].startswith("/accounts/login/")


def test_the_report_shows_anomalies_and_links_to_the_settings_for_those_who_may() -> None:
    day = date(2026, 3, 10)
    Anomaly.objects.create(
        kpi="refunds_made", first_day=day, day=day, value=9, low=0, high=4, severity="warning",
        what="There were 9 refunds. On the previous 8 Tuesdays it was between 0 and 3.",
    )  # fmt: skip
    pages = [
        signed_in(role).get("/admin/insights/anomalies/").content.decode() for role in (Role.MANAGER, Role.FINANCE)
    ]
    for page in pages:
        assert "Tuesday 10 March: There were 9 refunds. On the previous 8 Tuesdays" in page
    assert [SETTINGS in page for page in pages] == [True, False]


def test_an_empty_report_says_so_and_is_a_spreadsheet_too() -> None:
    manager = signed_in(Role.MANAGER)
    assert "No anomalies have been found." in manager.get("/admin/insights/anomalies/").content.decode()
    sheet = manager.get("/admin/insights/anomalies/", {"export": "csv"})
    header = b"".join(sheet.streaming_content).decode()  # type: ignore[attr-defined]
    assert header.startswith("Kpi,Name,First day,Day,Value,Low,High,Severity,Reason")
