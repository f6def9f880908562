"""Every KPI of a filter: its value, its previous value, and its days."""

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
    """The days and the previous period are computed when they are first read.

    A KPI of this moment has neither, a breakdown no days.
    """

    kpi: Kpi
    value: Value
    read_previous: Callable[[], Value] = lambda: None
    read_days: Callable[[], Series] = list
    read_days_before: Callable[[], Series] = list

    @cached_property
    def previous(self) -> Value:
        """The value of the previous period."""
        return self.read_previous()

    @cached_property
    def series(self) -> Series:
        """The value of each day."""
        return self.read_days()

    @cached_property
    def series_before(self) -> Series:
        """The value of each day of the previous period."""
        return self.read_days_before()


def answer(filters: Filter) -> dict[str, Result]:
    """Every KPI of the registry for `filters`, by key."""
    period, before = Period(filters), Period(filters.previous)
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
