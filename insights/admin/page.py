"""The page's parts, made from one answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from insights.admin.cards import LEADING, Card, Reading, card, readings
from insights.admin.charts import Chart
from insights.admin.draw import Answered
from insights.admin.sections import all_sections
from insights.admin.words import named
from insights.kpis.definition import Kpi, Unit
from insights.kpis.filters import Filter
from insights.kpis.registry import GROUPS
from insights.kpis.results import Result, answer


@dataclass(frozen=True, slots=True)
class Row:
    """A figure in its group's table."""

    kpi: Kpi
    readings: list[Reading]


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the page with its charts and the table of all its figures."""

    key: str
    name: str
    charts: list[Chart]
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the page, its spreadsheets and its prints show."""

    cards: list[Card]
    parts: list[Part]
    empty: bool

    @property
    def charts(self) -> list[Chart]:
        """Every chart, in the page's order."""
        return [chart for part in self.parts for chart in part.charts]


def answered(asked: Filter, viewer: object, *, compare: bool) -> Answered:
    """The figures for `asked`."""
    return Answered(asked, answer(asked), compare, viewer)  # type: ignore[arg-type]


def page_of(found: Answered) -> Page:
    """The page."""
    compare = found.compare
    parts = [
        Part(
            key=section.name.lower().replace(" ", "-"),
            name=section.name,
            charts=[chart for draw in section.charts for chart in draw(found)],
            rows=rows(section.groups, found.results, compare=compare),
        )
        for section in all_sections()
    ]
    cards = [card(found.results[key], compare=compare) for key in LEADING]
    return Page(cards, parts, not any(result.value for result in found.results.values()))


def rows(groups: Sequence[str], results: Mapping[str, Result], *, compare: bool) -> list[Row]:
    """Every figure of `groups`."""
    kpis = [kpi for group in groups for kpi in GROUPS[group]]
    return [Row(kpi, _readings(results[kpi.key], compare=compare)) for kpi in kpis]


def _readings(result: Result, *, compare: bool) -> list[Reading]:
    value = result.value
    if result.kpi.unit is Unit.BREAKDOWN and isinstance(value, Mapping):
        return [Reading(f"{named(name)}: {count:,}", "", None) for name, count in value.items()] or [
            Reading("–", "", None)
        ]
    return readings(result, compare=compare)
