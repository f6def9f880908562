"""Every KPI says what it is; the document adds the context, and its SQL gives what the page shows."""

import re
from datetime import date

import pytest
from django.db import connection

from insights.kpis.filters import Filter
from insights.kpis.funnel import STAGES
from insights.kpis.registry import REGISTRY
from insights.kpis.results import answer
from insights.models import DailyServiceTotals
from insights.rollups.specs import TABLES
from tests.services import ROOT

DOCUMENT = (ROOT / "docs/analytics/metrics-definitions.md").read_text()


def rows_under(heading: str) -> list[list[str]]:
    """The cells of the table under `heading`, without its head."""
    section = DOCUMENT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_kpi_has_a_meaning_a_formula_a_source_an_owner_and_a_version() -> None:
    missing = {
        (key, part)
        for key, kpi in REGISTRY.items()
        for part in ("name", "meaning", "formula", "source", "owner", "since")
        if not str(getattr(kpi, part)).strip()
    }
    assert missing == set()
    assert [kpi.key for kpi in REGISTRY.values()] == list(REGISTRY)
    assert [kpi.meaning for kpi in REGISTRY.values() if not str(kpi.meaning).endswith(".")] == []


def test_no_two_kpis_share_a_name() -> None:
    assert len({str(kpi.name) for kpi in REGISTRY.values()}) == len(REGISTRY)


def test_the_document_has_every_kpi_once() -> None:
    assert re.findall(r"^- key: `(\w+)`$", DOCUMENT, re.MULTILINE) == list(REGISTRY)


def test_the_document_names_every_stage_owner_and_roll_up() -> None:
    assert [row[1] for row in rows_under("The funnel, stage by stage")] == [f"funnel_{stage}" for stage in STAGES]
    assert {row[0] for row in rows_under("Owners")} == {kpi.owner for kpi in REGISTRY.values()}
    assert [table for table in TABLES if f"`{table._meta.db_table}`" not in DOCUMENT] == []


@pytest.mark.django_db
def test_the_documents_sources_are_tables_that_exist() -> None:
    tables = set(connection.introspection.table_names())
    named = {name for row in rows_under("Where KPIs come from") for name in re.findall(r"\w+_\w+", row[1])}
    assert named - tables == set()


@pytest.mark.django_db
def test_the_documents_sql_gives_the_kpis_value() -> None:
    for day, paid, refunded in ((date(2028, 3, 1), 4, 1), (date(2028, 3, 31), 2, 1), (date(2028, 4, 1), 1, 1)):
        DailyServiceTotals.objects.create(day=day, service_id=1, currency="GBP", paid=paid, paid_refunded=refunded)
    sql = re.findall(r"```sql\n(.*?)```", DOCUMENT, re.DOTALL)
    with connection.cursor() as cursor:
        cursor.execute(sql[0])
        found = cursor.fetchall()
    shown = answer(Filter(date(2028, 3, 1), date(2028, 3, 31)))["refund_rate"].value
    assert (len(sql), [float(rate) for (rate,) in found], shown) == (1, [0.3333], 0.3333)
