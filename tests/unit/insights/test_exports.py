"""Spreadsheets of KPIs: each table and all of them, in amounts that add up, and nothing that runs."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
import time_machine
from django.test import Client
from openpyxl import load_workbook
from pytest_django import Settings

from insights.exports import Table, as_csv, as_xlsx
from insights.rollups.refresh import rebuild
from portal.accounts.roles import Role
from portal.bookings.models import Service
from portal.common.spreadsheets import escape_formula
from tests.factories import ServiceFactory, SessionFactory
from tests.unit.insights.history import booked, paid
from tests.unit.insights.test_json import signed_in

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/insights/"
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAYS = {"from": "2026-03-10", "to": "2026-03-11"}


@pytest.fixture
def manager(settings: Settings) -> Iterator[Client]:
    """Looks at two deposits of a day, in two currencies."""
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    for currency in ("GBP", "JPY"):
        service = ServiceFactory(currency=currency)
        session = SessionFactory(
            service=service, starts_at=NOON + timedelta(days=9), ends_at=NOON + timedelta(days=9, hours=1)
        )
        paid(booked(NOON, session), NOON + timedelta(minutes=5))
    with time_machine.travel(NOON + timedelta(days=1)):
        rebuild()
        yield signed_in(Role.MANAGER)


def test_a_charts_table_has_its_numbers_in_major_units(manager: Client) -> None:
    reply = manager.get(ADDRESS, {**DAYS, "export": "csv", "table": "deposits_gbp"})
    assert reply.headers["Content-Disposition"] == 'attachment; filename="deposits_gbp-2026-03-10-2026-03-11.csv"'
    assert list(csv.reader(reply.content.decode().splitlines())) == [
        ["Day", "Taken (GBP)", "Refunded (GBP)", "Disputed (GBP)", "Dispute fees (GBP)", "Net (GBP)"],
        ["2026-03-10", "11.25", "0.00", "0.00", "0.00", "11.25"],
        ["2026-03-11", "0.00", "0.00", "0.00", "0.00", "0.00"],
    ]


def test_the_workbook_has_a_sheet_for_each_chart_and_amounts_are_numbers(manager: Client) -> None:
    book = load_workbook(BytesIO(manager.get(ADDRESS, {**DAYS, "export": "xlsx"}).content))
    assert book.sheetnames[:2] == ["All KPIs", "Bookings per day"]
    assert list(book["Deposits in JPY"].iter_rows(values_only=True)) == [
        ("Day", "Taken (JPY)", "Refunded (JPY)", "Disputed (JPY)", "Dispute fees (JPY)", "Net (JPY)"),
        ("2026-03-10", 1125, 0, 0, 0, 1125),
        ("2026-03-11", 0, 0, 0, 0, 0),
    ]
    one = load_workbook(BytesIO(manager.get(ADDRESS, {**DAYS, "export": "xlsx", "table": "status_mix"}).content))
    assert one.sheetnames == ["Bookings by status"]
    assert ("Confirmed", 2) in one.active.iter_rows(values_only=True)


def test_every_sheet_of_a_workbook_has_money_on_one_scale(manager: Client) -> None:
    book = load_workbook(BytesIO(manager.get(ADDRESS, {**DAYS, "export": "xlsx"}).content))
    taken = [row[3:] for row in book["All KPIs"].iter_rows(values_only=True) if row[0] == "deposits_taken"]
    assert taken[:2] == [(None, "GBP", 11.25), (None, "JPY", 1125)]


def test_a_files_name_has_the_service(manager: Client) -> None:
    slug = Service.objects.values_list("slug", flat=True)[0]
    reply = manager.get(ADDRESS, {**DAYS, "export": "csv", "service": slug})
    named = f'attachment; filename="dashboard-{slug}-2026-03-10-2026-03-11.csv"'
    assert reply.headers["Content-Disposition"] == named


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ({"export": "pdf"}, "must be “csv” or “xlsx”"),
        ({"export": "csv", "table": "x"}, "no table with that name"),
    ],
)
def test_an_unknown_spreadsheet_is_a_400_that_says_so(question: dict[str, str], says: str, manager: Client) -> None:
    reply = manager.get(ADDRESS, question)
    assert (reply.status_code, says in reply.content.decode()) == (400, True)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "＝1+1", " =1", "\u00a0＠a"])
def test_formulas_are_made_text(text: str) -> None:
    assert (escape_formula(text), escape_formula("expired_card")) == (f"'{text}", "expired_card")
    table = Table("=2+2", ("Reason", "Declines"), [(text, -1)])
    assert list(csv.reader(as_csv(table).decode().splitlines(keepends=True)))[1] == [f"'{text}", "-1"]
    sheet = load_workbook(BytesIO(as_xlsx([table]))).active
    assert [cell.data_type for cell in next(sheet.iter_rows(min_row=2))] == ["s", "n"]


def test_characters_that_no_spreadsheet_may_hold_are_left_out() -> None:
    sheet = load_workbook(BytesIO(as_xlsx([Table("Most used", ("Item",), [("A quiet\x0b minute",)])]))).active
    assert sheet["A2"].value == "A quiet minute"
