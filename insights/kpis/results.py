"""Answering a filter: every figure with its value, the one of the period before, and its days."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial

from insights.kpis.definition import Kpi, Unit, Value
from insights.kpis.facts import Facts, Period, load
from insights.kpis.filters import Filter
from insights.kpis.registry import REGISTRY

Series = list[tuple[date, Value]]


@dataclass(frozen=True)
class Result:
    """`previous` is None, and there are no days, for a figure of this moment; a breakdown has no days either."""

    kpi: Kpi
    value: Value
    previous: Value
    read_days: Callable[[], Series] = list
    read_days_before: Callable[[], Series] = list

    @cached_property
    def series(self) -> Series:
        """Its days; worked out when somebody looks at them."""
        return self.read_days()

    @cached_property
    def series_before(self) -> Series:
        """The days of the period before."""
        return self.read_days_before()


def answer(asked: Filter) -> dict[str, Result]:
    """Every figure of the registry for `asked`, by key."""
    period, before = load(asked), load(asked.previous)
    return {key: _result(kpi, asked, period, before) for key, kpi in REGISTRY.items()}


def _result(kpi: Kpi, asked: Filter, period: Period, before: Period) -> Result:
    value = kpi.query(period.whole)
    if kpi.now_only:
        return Result(kpi, value, None)
    previous = kpi.query(before.whole)
    if kpi.unit is Unit.BREAKDOWN:
        return Result(kpi, value, previous)
    return Result(
        kpi, value, previous, partial(_series, kpi, period, asked), partial(_series, kpi, before, asked.previous)
    )


def _series(kpi: Kpi, period: Period, asked: Filter) -> Series:
    nothing = Facts()
    return [(day, kpi.query(period.days.get(day, nothing))) for day in asked.days]
