"""Charts: a heading, a sentence that says what was found, and numbers that page, table and spreadsheet share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from insights.exports import Table
from insights.kpis.definition import Unit
from portal.common.money import exponent, major

Number = int | float | None


@dataclass(frozen=True, slots=True)
class Line:
    """A row of numbers under one name. `currency` goes with money, which is in minor units; `shape` is how it is drawn:
    "line", "bar", or "before" for the period before; `link` is the template for a day where it leads elsewhere than its
    chart, empty for whoever may not go there."""

    name: str
    unit: Unit
    values: Sequence[Number]
    shape: str = "line"
    currency: str = ""
    link: str | None = None

    def plain(self, value: Number) -> Any:
        """For a chart or a spreadsheet: money in major units (Decimal), everything else as it is."""
        return value if value is None or not self.currency else major(int(value), self.currency)


@dataclass(frozen=True, slots=True)
class Chart:
    """`labels` are days (ISO 8601) when `of_days`, else names. `links` lead to the rows behind each name,
    `link` is the template for a day (see `drill`)."""

    key: str
    heading: str
    finding: str
    first: str
    labels: Sequence[str]
    lines: Sequence[Line]
    links: Sequence[str] = ()
    link: str = ""
    of_days: bool = True
    sideways: bool = False

    @property
    def empty(self) -> bool:
        """Nothing but gaps, and zeros that are no share of something."""
        return not any(
            value or (value == 0 and line.unit is Unit.RATIO) for line in self.lines for value in line.values
        )

    @property
    def data(self) -> Mapping[str, Any]:
        """For the browser, which draws it and writes its table."""
        return {
            "heading": self.heading,
            "first": self.first,
            "days": self.of_days,
            "sideways": self.sideways,
            "labels": self.labels,
            "links": self.links,
            "link": self.link,
            "lines": [_for_browser(line) for line in self.lines],
        }


def _for_browser(line: Line) -> dict[str, Any]:
    digits = exponent(line.currency) if line.currency else 0
    money = {"currency": line.currency, "digits": digits} if line.currency else {}
    values = [None if value is None else value / 10**digits for value in line.values]
    return {"name": line.name, "unit": line.unit, "shape": line.shape, "values": values, "link": line.link, **money}


def iso(days: Sequence[date]) -> list[str]:
    """Days as labels."""
    return [day.isoformat() for day in days]


def table_of(chart: Chart) -> Table:
    """The chart's numbers as a sheet, money in major units, with the currency in the head."""
    head = [chart.first, *(f"{line.name} ({line.currency})" if line.currency else line.name for line in chart.lines)]
    columns = [[line.plain(value) for value in line.values] for line in chart.lines]
    return Table(chart.heading, head, [list(row) for row in zip(chart.labels, *columns, strict=True)])
