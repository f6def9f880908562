"""/admin/insights/: every figure on a page, and as a spreadsheet."""

import csv
from datetime import date

import pytest
import time_machine
from pytest_django import Settings

from insights.admin.cards import change, points, shown
from insights.kpis.definition import Unit
from insights.kpis.registry import REGISTRY
from insights.kpis.results import Result
from insights.rollups.refresh import rebuild
from portal.accounts.roles import Role
from portal.common.spreadsheets import neutral
from tests.factories import BookingFactory
from tests.unit.insights.test_json import signed_in

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/insights/"
DAYS = {"from": "2026-03-10", "to": "2026-03-11"}


@pytest.fixture(autouse=True)
def _password_is_enough(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False


def test_the_page_shows_every_figure_once() -> None:
    with time_machine.travel("2026-03-10T12:00:00Z"):
        BookingFactory()
        rebuild()
    page = signed_in(Role.MANAGER).get(ADDRESS, DAYS).content.decode()
    assert [page.count(f'id="kpi-{key}"') for key in REGISTRY] == [1] * len(REGISTRY)
    assert "10 March 2026 to 11 March 2026, compared with 8 March 2026 to 9 March 2026" in page


def test_a_question_that_cannot_be_answered_is_said_on_the_page() -> None:
    response = signed_in(Role.MANAGER).get(ADDRESS, {"from": "2026-03-10", "to": "2026-03-01"})
    assert (response.status_code, "swap “from” and “to”" in response.content.decode()) == (400, True)


def test_without_anything_the_page_says_so() -> None:
    assert "Nothing happened in these days" in signed_in(Role.MANAGER).get(ADDRESS, DAYS).content.decode()


def test_the_spreadsheet_has_the_whole_and_each_day() -> None:
    with time_machine.travel("2026-03-10T12:00:00Z"):
        BookingFactory()
        rebuild()
    text = signed_in(Role.MANAGER).get(ADDRESS, {**DAYS, "export": "csv"}).content.decode()
    found = [tuple(row) for row in csv.reader(text.splitlines()) if row[0] == "bookings_made"]
    about = ("bookings_made", "Bookings made", "count")
    assert found == [(*about, "", "", "1"), (*about, "2026-03-10", "", "1"), (*about, "2026-03-11", "", "0")]


def test_roles_without_the_permission_are_refused_page_and_spreadsheet() -> None:
    editor = signed_in(Role.EDITOR)
    assert [editor.get(ADDRESS, {"export": export}).status_code for export in ("", "csv")] == [403, 403]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1"])
def test_formulas_are_made_text(text: str) -> None:
    assert (neutral(text), neutral("expired_card")) == (f"'{text}", "expired_card")


def test_values_read_as_people_write_them() -> None:
    assert shown(12345, Unit.COUNT) == "12,345"
    assert shown(0.5432, Unit.RATIO) == "54.3 %"
    assert shown(300, Unit.SECONDS) == "5 minutes"
    assert shown({"EUR": 2000, "GBP": 1125}, Unit.MONEY) == "€20.00 · £11.25"
    assert shown(None, Unit.RATIO) == "–"


def test_change_and_line_are_worked_out_from_the_series() -> None:
    made, rate = REGISTRY["bookings_made"], REGISTRY["refund_rate"]
    assert [change(Result(made, now, before, [])) for now, before in ((3, 2), (2, 2), (2, 0))] == [
        "+50 %", "no change", "from none",
    ]  # fmt: skip
    assert change(Result(rate, 0.25, 0.2, [])) == "+5.0 points"
    assert (
        points([(date(2026, 3, 1), 0), (date(2026, 3, 2), 4), (date(2026, 3, 3), 2)]) == "0.0,31.0 60.0,1.0 120.0,16.0"
    )
