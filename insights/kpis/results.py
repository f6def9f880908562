"""Answering a filter: every figure with its value, the one of the period before, and its days."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from insights.kpis.definition import Kpi, Unit, Value
from insights.kpis.facts import Facts, Period, load
from insights.kpis.filters import Filter
from insights.kpis.registry import REGISTRY

Series = list[tuple[date, Value]]


@dataclass(frozen=True, slots=True)
class Result:
    """`previous` and `series` are empty for a figure of this moment; the series of a breakdown is, too.

    `series_before` has the days of the period before, when they were asked for.
    """

    kpi: Kpi
    value: Value
    previous: Value
    series: Series
    series_before: Series = field(default_factory=list)


def answer(asked: Filter, *, days_before: Collection[str] = ()) -> dict[str, Result]:
    """Every figure of the registry for `asked`, by key; those of `days_before` with the days before, too."""
    period, before = load(asked), load(asked.previous)
    results = {}
    for key, kpi in REGISTRY.items():
        if kpi.now_only:
            results[key] = Result(kpi, kpi.query(period.whole), None, [])
            continue
        results[key] = Result(
            kpi,
            kpi.query(period.whole),
            kpi.query(before.whole),
            [] if kpi.unit is Unit.BREAKDOWN else _series(kpi, period, asked),
            _series(kpi, before, asked.previous) if key in days_before else [],
        )
    return results


def _series(kpi: Kpi, period: Period, asked: Filter) -> Series:
    nothing = Facts()
    return [(day, kpi.query(period.days.get(day, nothing))) for day in asked.days]
