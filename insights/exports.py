"""KPIs as spreadsheets; what a spreadsheet would run as a formula is made text."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Final

from django.utils.translation import gettext as _
from openpyxl import Workbook

from insights.kpis.definition import Unit
from insights.kpis.results import Result
from portal.common.money import major
from portal.common.spreadsheets import cell_text, escape_formula

HEAD: Final = ("kpi", "name", "unit", "day", "part", "value")
TITLE_LENGTH: Final = 31  # Excel's limit for a sheet's name
Cell = str | int | float | Decimal | None


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet: a head and its rows."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def all_kpis(results: Mapping[str, Result]) -> Table:
    """Every KPI, a line a value: the whole period (day empty), then each day; `part` is a currency or a name."""
    return Table(_("All KPIs"), HEAD, list(_rows(results)))


def _rows(results: Mapping[str, Result]) -> Iterator[tuple[Cell, ...]]:
    for key, result in results.items():
        about = (key, str(result.kpi.name), result.kpi.unit.value)
        for day, value in [("", result.value), *((f"{day}", value) for day, value in result.series)]:
            parts = {"": value} if value is None or isinstance(value, int | float) else value
            for part, amount in parts.items():
                yield (*about, day, part, _amount(result.kpi.unit, part, amount))


def _amount(unit: Unit, part: str, value: Cell) -> Cell:
    """Money in major units, as in every other sheet."""
    return major(int(value), part) if unit is Unit.MONEY and isinstance(value, int) else value


def as_csv(table: Table) -> bytes:
    """One table, UTF-8."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(table.head)
    writer.writerows([_safe(cell) for cell in row] for row in table.rows)
    return out.getvalue().encode()


def as_xlsx(tables: Iterable[Table]) -> bytes:
    """A workbook with a sheet for each table."""
    book = Workbook(write_only=True)
    for table in tables:
        sheet = book.create_sheet(escape_formula(table.title)[:TITLE_LENGTH])
        for row in (table.head, *table.rows):
            sheet.append([_safe(cell) for cell in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _safe(cell: Cell) -> Cell:
    return cell_text(cell) if isinstance(cell, str) else cell
