"""Figures as a spreadsheet's rows; what a spreadsheet would run as a formula is made text."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Final

from insights.kpis.results import Result
from portal.common.spreadsheets import neutral

HEAD: Final = ("figure", "name", "unit", "day", "part", "value")


def rows(results: dict[str, Result]) -> Iterator[tuple[str, ...]]:
    """A line a value: the whole period (day empty), then each day; `part` is a currency or a name."""
    for key, result in results.items():
        about = (key, result.kpi.name, result.kpi.unit.value)
        for day, value in [("", result.value), *((f"{day}", value) for day, value in result.series)]:
            parts = {"": value} if value is None or isinstance(value, int | float) else value
            for part, amount in parts.items():
                yield (*about, day, neutral(part), "" if amount is None else str(amount))


def as_csv(results: dict[str, Result]) -> str:
    """The rows as CSV with a head."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    writer.writerows(rows(results))
    return out.getvalue()
