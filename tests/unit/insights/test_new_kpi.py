"""A new KPI on existing data is one definition: page, JSON, spreadsheet, documents and anomaly detection show it."""

import csv
from collections import Counter
from datetime import date, timedelta
from typing import Final

import pytest
import time_machine
from pytest_django import Settings

from insights.anomalies.judging import Severity, Thresholds, judge_day, samples
from insights.formatting import change
from insights.kpis.aggregates import Sums
from insights.kpis.definition import Direction, Kpi, Unit, Watch, share, share_sample
from insights.kpis.registry import GROUPS, REGISTRY, watched_kpis
from insights.rollups.refresh import rebuild
from ops.docs.metrics import metrics_page
from portal.accounts.roles import Role
from tests.factories import BookingFactory
from tests.unit.insights.test_json import signed_in

pytestmark = pytest.mark.django_db
ADDRESS: Final = "/admin/insights/"
DAYS: Final = {"from": "2026-03-10", "to": "2026-03-10"}
UNPAID: Final = Kpi(
    key="unpaid_rate",
    name="Unpaid rate",
    meaning="Of the bookings made in the period, the share that still awaits its deposit.",
    formula="awaiting_deposit ÷ booked",
    unit=Unit.RATIO,
    source="portal.bookings Booking, by created_at",
    owner="Finance",
    since="9.9.9",
    direction=Direction.LOWER_IS_BETTER,
    leading=7,
    watched=Watch(
        message="{value} of bookings are unpaid.",
        sample=lambda aggregates: share_sample(aggregates.counts["awaiting_deposit"], aggregates.counts["booked"]),
    ),
    query=share("awaiting_deposit", of=("booked",)),
)


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    monkeypatch.setitem(GROUPS, "Bookings", (*GROUPS["Bookings"], UNPAID))  # type: ignore[arg-type]
    monkeypatch.setitem(REGISTRY, UNPAID.key, UNPAID)  # type: ignore[arg-type]


@pytest.fixture
def _one_booking() -> None:
    with time_machine.travel("2026-03-10T12:00:00Z"):
        BookingFactory()
        rebuild()


@pytest.mark.usefixtures("_one_booking")
def test_the_page_has_its_row_and_its_card() -> None:
    page = signed_in(Role.MANAGER).get(ADDRESS, DAYS).content.decode()
    assert page.count('id="kpi-unpaid_rate"') == 1
    assert page.count("<h3>Unpaid rate</h3>") == 1
    assert str(UNPAID.meaning) in page


@pytest.mark.usefixtures("_one_booking")
def test_the_json_has_its_value_and_its_days() -> None:
    body = signed_in(Role.MANAGER).get(f"{ADDRESS}data.json", DAYS).json()
    assert body["kpis"]["unpaid_rate"] == {"value": 1.0, "unit": "ratio", "previous": None}
    assert body["series"]["unpaid_rate"] == [["2026-03-10", 1.0]]


@pytest.mark.usefixtures("_one_booking")
def test_the_spreadsheet_has_its_value_and_its_days() -> None:
    text = signed_in(Role.MANAGER).get(ADDRESS, {**DAYS, "export": "csv"}).content.decode()
    rows = [row for row in csv.reader(text.splitlines()) if row[0] == "unpaid_rate"]
    about = ["unpaid_rate", "Unpaid rate", "ratio"]
    assert rows == [[*about, "", "", "1.0"], [*about, "2026-03-10", "", "1.0"]]


def test_the_document_has_its_definition() -> None:
    section = metrics_page().split("### Unpaid rate\n")[1].split("\n##")[0]
    assert str(UNPAID.meaning) in section
    for line in ("key: `unpaid_rate`", "formula: awaiting_deposit ÷ booked", "owner: Finance", "since version: 9.9.9"):
        assert f"- {line}" in section


def test_a_rise_is_called_worse() -> None:
    assert str(change(UNPAID, 0.5, 0.25)) == "Up 25.0 points, worse"


def test_anomaly_detection_offers_and_judges_it() -> None:
    assert watched_kpis()["unpaid_rate"] == "Unpaid rate"
    day = date(2026, 3, 10)
    days = {day - timedelta(days=n): Sums(Counter(booked=200, awaiting_deposit=10)) for n in range(1, 57)}
    days[day] = Sums(Counter(booked=200, awaiting_deposit=120))
    known = samples(UNPAID, days, min(days), day, Thresholds())
    judgement = judge_day(UNPAID, day, known, Thresholds())
    assert judgement is not None
    assert (judgement.severity, judgement.what) == (
        Severity.CRITICAL, "60% of bookings are unpaid. On the previous 8 Tuesdays it was 5%.",
    )  # fmt: skip
