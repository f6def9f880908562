"""Answering a filter: every figure with its value, the one of the period before, and its days."""

from dataclasses import dataclass
from datetime import date

from insights.kpis.definition import Kpi, Unit, Value
from insights.kpis.facts import Facts, load
from insights.kpis.filters import Filter
from insights.kpis.registry import REGISTRY


@dataclass(frozen=True, slots=True)
class Result:
    """`previous` and `series` are empty for a figure of this moment; the series of a breakdown is, too."""

    kpi: Kpi
    value: Value
    previous: Value
    series: list[tuple[date, Value]]


def answer(asked: Filter) -> dict[str, Result]:
    """Every figure of the registry for `asked`, by key."""
    period, before = load(asked), load(asked.previous)
    nothing, days = Facts(), asked.days
    results = {}
    for key, kpi in REGISTRY.items():
        if kpi.now_only:
            results[key] = Result(kpi, kpi.compute(period.whole), None, [])
            continue
        shown = [] if kpi.unit is Unit.BREAKDOWN else days
        series = [(day, kpi.compute(period.days.get(day, nothing))) for day in shown]
        results[key] = Result(kpi, kpi.compute(period.whole), kpi.compute(before.whole), series)
    return results
