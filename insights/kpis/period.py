"""The roll-ups of a period, added up by the database; each part is read when a KPI first needs it.

Totals are added up from the days where possible, so that both are of one moment. What has no service (emails,
media, Stripe's events) is for all services.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

from django.db.models import Count, Q, QuerySet, Sum

from insights.kpis.aggregates import COUNTS, EVERYTHING, MONEY, NOTIFIED, PLAYED, Aggregates, Sums, no_money
from insights.kpis.filters import Filter
from insights.rollups.models import (
    Daily,
    DailyDecline,
    DailyHistogram,
    DailyMedia,
    DailyNotifications,
    DailyServiceTotals,
    DailyViewer,
)

Rows = QuerySet[Any, Any]
_NOTHING: Final = Sums()
_NO_DURATIONS: Final[Counter[int]] = Counter()


class Period:
    """`totals` of the whole period, and `days` by day."""

    def __init__(self, filters: Filter) -> None:
        self.days = Days(filters)
        self.totals: Aggregates = PeriodTotals(self.days)


class Days(Mapping[date, Aggregates]):
    """The aggregates of every day of `filters`."""

    def __init__(self, filters: Filter) -> None:
        self.filters = filters
        self._known = dict.fromkeys(filters.days)
        self._histograms: dict[str, dict[date, Counter[int]]] = {}

    def __getitem__(self, day: date) -> Aggregates:
        if day not in self._known:
            raise KeyError(day)
        return DayTotals(self, day)

    def __iter__(self) -> Iterator[date]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    @cached_property
    def counts(self) -> dict[date, dict[str, int]]:
        """By day; days without any are left out, here and below."""
        rows = _sums(_of_service(DailyServiceTotals, self.filters), ("day",), COUNTS)
        return {day: dict(zip(COUNTS, values, strict=True)) for day, *values in rows}

    @cached_property
    def money(self) -> dict[date, dict[str, Counter[str]]]:
        """Currencies without an amount are left out."""
        money: dict[date, dict[str, Counter[str]]] = defaultdict(no_money)
        for day, currency, *amounts in _sums(_of_service(DailyServiceTotals, self.filters), ("day", "currency"), MONEY):
            for name, amount in zip(MONEY, amounts, strict=True):
                if amount:
                    money[day][name][currency] = amount
        return money

    def histogram(self, measure: str) -> dict[date, Counter[int]]:
        """Each measure is read when first needed."""
        if measure not in self._histograms:
            buckets: dict[date, Counter[int]] = defaultdict(Counter)
            for day, edge, count in _sums(
                _durations(self.filters).filter(measure=measure), ("day", "edge"), ("count",)
            ):
                buckets[day][edge] = count
            self._histograms[measure] = buckets
        return self._histograms[measure]

    @cached_property
    def notifications(self) -> dict[date, dict[str, dict[str, int]]]:
        """By template."""
        by_template: dict[date, dict[str, dict[str, int]]] = defaultdict(dict)
        for day, template, *values in _of(DailyNotifications, self.filters).values_list("day", "template", *NOTIFIED):
            by_template[day][template] = dict(zip(NOTIFIED, values, strict=True))
        return by_template

    @cached_property
    def media(self) -> dict[date, dict[str, dict[str, int]]]:
        """All items together, under EVERYTHING."""
        rows = _sums(_of(DailyMedia, self.filters), ("day",), PLAYED)
        return {day: {EVERYTHING: dict(zip(PLAYED, values, strict=True))} for day, *values in rows}

    @cached_property
    def viewers(self) -> dict[date, tuple[int, int]]:
        """Unique viewers of the day, and those of them not seen on an earlier day of the period."""
        new = Q(seen_before__isnull=True) | Q(seen_before__lt=self.filters.first)
        rows = _of(DailyViewer, self.filters).values_list("day").annotate(Count("day"), new=Count("day", filter=new))
        return {day: (viewers, first_seen) for day, viewers, first_seen in rows}


@dataclass(frozen=True, slots=True)
class DayTotals:
    """Aggregates of one of the days."""

    days: Days
    day: date

    @property
    def counts(self) -> Mapping[str, int]:
        return self.days.counts.get(self.day, _NOTHING.counts)

    @property
    def money(self) -> Mapping[str, Counter[str]]:
        return self.days.money.get(self.day, _NOTHING.money)

    @property
    def declines(self) -> Counter[str]:
        return _NOTHING.declines

    @property
    def notifications(self) -> Mapping[str, Mapping[str, int]]:
        return self.days.notifications.get(self.day, _NOTHING.notifications)

    @property
    def media(self) -> Mapping[str, Mapping[str, int]]:
        return self.days.media.get(self.day, _NOTHING.media)

    @property
    def viewers(self) -> int:
        return self.days.viewers.get(self.day, (0, 0))[0]

    def histogram(self, measure: str) -> Counter[int]:
        return self.days.histogram(measure).get(self.day, _NO_DURATIONS)


@dataclass(frozen=True)
class PeriodTotals:
    """Aggregates of all days together."""

    days: Days

    @cached_property
    def counts(self) -> Counter[str]:
        columns = zip(*(day.values() for day in self.days.counts.values()), strict=True)
        return Counter(dict(zip(COUNTS, map(sum, columns), strict=False)))  # no days, no values

    @cached_property
    def money(self) -> Mapping[str, Counter[str]]:
        money = no_money()
        for day in self.days.money.values():
            for name, amounts in day.items():
                for currency, amount in amounts.items():
                    money[name][currency] += amount
        return money

    @cached_property
    def declines(self) -> Counter[str]:
        return Counter(dict(_sums(_of_service(DailyDecline, self.days.filters), ("reason",), ("declines",))))

    def histogram(self, measure: str) -> Counter[int]:
        return self._histograms.get(measure, _NO_DURATIONS)

    @cached_property
    def _histograms(self) -> Mapping[str, Counter[int]]:
        buckets: dict[str, Counter[int]] = defaultdict(Counter)
        for measure, edge, count in _sums(_durations(self.days.filters), ("measure", "edge"), ("count",)):
            buckets[measure][edge] = count
        return buckets

    @cached_property
    def notifications(self) -> Mapping[str, Mapping[str, int]]:
        rows = _sums(_of(DailyNotifications, self.days.filters), ("template",), NOTIFIED)
        return {template: dict(zip(NOTIFIED, values, strict=True)) for template, *values in rows}

    @cached_property
    def media(self) -> Mapping[str, Mapping[str, int]]:
        rows = _sums(_of(DailyMedia, self.days.filters), ("item",), PLAYED)
        return {item: dict(zip(PLAYED, values, strict=True)) for item, *values in rows}

    @cached_property
    def viewers(self) -> int:
        return sum(new for _, new in self.days.viewers.values())


def _of(table: type[Daily], filters: Filter) -> Rows:
    rows: Rows = table._default_manager.filter(day__gte=filters.first, day__lte=filters.last).order_by()
    return rows


def _of_service(table: type[Daily], filters: Filter) -> Rows:
    rows = _of(table, filters)
    return rows if filters.service_id is None else rows.filter(service_id=filters.service_id)


def _durations(filters: Filter) -> Rows:
    rows = _of(DailyHistogram, filters)
    if filters.service_id is None:
        return rows
    return rows.filter(service_id__in=(0, filters.service_id))  # 0: measures without a service


def _sums(rows: Rows, keys: tuple[str, ...], columns: tuple[str, ...]) -> Rows:
    """(*keys, *sums) for each group of `rows`."""
    sums = {f"sum_{name}": Total(name) for name in columns}
    grouped: Rows = rows.values(*keys).annotate(**sums).values_list(*keys, *sums)
    return grouped


class Total(Sum):
    """A sum of whole numbers, without Django's converting each value again."""

    def get_db_converters(self, connection: Any) -> list[Any]:
        return []

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """PostgreSQL's sum of bigint is numeric."""
        return self.as_sql(compiler, connection, template="%(function)s(%(distinct)s%(expressions)s)::bigint", **extra)
