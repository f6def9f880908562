"""Answering a filter: every figure with its value, the one of the period before, and its days."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial

from insights.kpis.definition import Kpi, Unit, Value
from insights.kpis.filters import Filter
from insights.kpis.period import Days, Period
from insights.kpis.registry import REGISTRY

Series = list[tuple[date, Value]]


@dataclass(frozen=True)
class Result:
    """The days, and what it is compared with, are worked out when somebody looks at them.

    A figure of this moment has neither, a breakdown no days.
    """

    kpi: Kpi
    value: Value
    read_previous: Callable[[], Value] = lambda: None
    read_days: Callable[[], Series] = list
    read_days_before: Callable[[], Series] = list

    @cached_property
    def previous(self) -> Value:
        """Of the period before."""
        return self.read_previous()

    @cached_property
    def series(self) -> Series:
        """Its days."""
        return self.read_days()

    @cached_property
    def series_before(self) -> Series:
        """The days of the period before."""
        return self.read_days_before()


def answer(asked: Filter) -> dict[str, Result]:
    """Every figure of the registry for `asked`, by key."""
    period, before = Period(asked), Period(asked.previous)
    return {key: _result(kpi, period, before) for key, kpi in REGISTRY.items()}


def _result(kpi: Kpi, period: Period, before: Period) -> Result:
    value = _value(kpi, period)
    if kpi.now_only:
        return Result(kpi, value)
    previous = partial(_value, kpi, before)
    if kpi.unit is Unit.BREAKDOWN:
        return Result(kpi, value, previous)
    return Result(kpi, value, previous, partial(_series, kpi, period.days), partial(_series, kpi, before.days))


def _value(kpi: Kpi, period: Period) -> Value:
    return kpi.query(period.totals)


def _series(kpi: Kpi, days: Days) -> Series:
    return [(day, kpi.query(aggregates)) for day, aggregates in days.items()]
