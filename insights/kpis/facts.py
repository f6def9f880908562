"""The roll-ups of a period, added up by the database: the whole, and each day."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.db.models import Count, Q, QuerySet, Sum

from insights.kpis.filters import Filter
from insights.rollups.models import (
    DailyDecline,
    DailyFigures,
    DailyHistogram,
    DailyMedia,
    DailyNotifications,
    DailyViewer,
)

KEYS: Final = {"id", "day", "service_id", "currency"}
COLUMNS: Final = tuple(f.name for f in DailyFigures._meta.concrete_fields if f.name not in KEYS)
MONEY: Final = tuple(name for name in COLUMNS if name.endswith("_amount"))
NOTIFIED: Final = ("queued", "sent", "failed", "paid_after")
PLAYED: Final = ("plays", "completed", "downloads", "watched_seconds")
EVERYTHING: Final = ""  # the key of a day's media, all items together


@dataclass(slots=True)
class Facts:
    """Sums of one period. `counts` over all currencies; `money[column][currency]` in minor units.

    `histograms[measure][edge]`, `notifications[template][column]`, `media[item][column]`;
    `viewers` are different people. A day has no `declines`, and its media under EVERYTHING: nothing asks for more.
    """

    counts: Counter[str] = field(default_factory=Counter)
    money: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in MONEY})
    declines: Counter[str] = field(default_factory=Counter)
    histograms: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    notifications: dict[str, dict[str, int]] = field(default_factory=dict)
    media: dict[str, dict[str, int]] = field(default_factory=dict)
    viewers: int = 0


@dataclass(frozen=True, slots=True)
class Period:
    """A period as a whole and by day; a day without rows is not in `days`."""

    whole: Facts
    days: dict[date, Facts]


Days = dict[date, Facts]


class Total(Sum):
    """A sum of whole numbers. The database says it as one; Django would convert each value once more."""

    def get_db_converters(self, connection: Any) -> list[Any]:
        """None."""
        return []

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """There a sum of bigint is numeric."""
        return self.as_sql(compiler, connection, template="%(function)s(%(distinct)s%(expressions)s)::bigint", **extra)


def load(asked: Filter) -> Period:
    """Read the roll-ups for `asked`. What knows no service (e-mails, media, Stripe's events) is always of all."""
    whole, days = Facts(), defaultdict[date, Facts](Facts)
    _figures(asked, whole, days)
    _histograms(asked, whole, days)
    _notifications(asked, whole, days)
    _media(asked, whole, days)
    declines = _range(DailyDecline, asked, per_service=True).values_list("reason").annotate(Total("declines"))
    whole.declines = Counter(dict(declines))
    return Period(whole, days)


def _range(table: type[Any], asked: Filter, *, per_service: bool = False) -> QuerySet[Any, Any]:
    rows: QuerySet[Any, Any] = table.objects.filter(day__gte=asked.first, day__lte=asked.last).order_by()
    return rows.filter(service_id=asked.service_id) if per_service and asked.service_id is not None else rows


def _sums(rows: QuerySet[Any, Any], keys: tuple[str, ...], columns: tuple[str, ...]) -> QuerySet[Any, Any]:
    """(*keys, *sums) for each group of `rows`."""
    sums = {f"sum_{name}": Total(name) for name in columns}
    grouped: QuerySet[Any, Any] = rows.values(*keys).annotate(**sums).values_list(*keys, *sums)
    return grouped


def _figures(asked: Filter, whole: Facts, days: Days) -> None:
    rows = _range(DailyFigures, asked, per_service=True)
    by_day = list(_sums(rows, ("day",), COLUMNS))
    for day, *values in by_day:
        days[day].counts = _counted(values)
    whole.counts = _counted([sum(column) for column in list(zip(*by_day, strict=True))[1:]])
    for day, currency, *amounts in _sums(rows, ("day", "currency"), MONEY):
        for name, amount in zip(MONEY, amounts, strict=True):
            if amount:
                days[day].money[name][currency] = amount
                whole.money[name][currency] += amount


def _counted(values: Sequence[int]) -> Counter[str]:
    return Counter(dict(zip(COLUMNS, values, strict=False)))  # no days, no values


def _histograms(asked: Filter, whole: Facts, days: Days) -> None:
    rows = _range(DailyHistogram, asked)
    if asked.service_id is not None:
        rows = rows.filter(service_id__in=(0, asked.service_id))  # 0: measures that know no service
    for day, measure, edge, found in _sums(rows, ("day", "measure", "edge"), ("count",)):
        days[day].histograms[measure][edge] = found
        whole.histograms[measure][edge] += found


def _notifications(asked: Filter, whole: Facts, days: Days) -> None:
    rows = _range(DailyNotifications, asked)
    for day, template, *values in rows.values_list("day", "template", *NOTIFIED):
        days[day].notifications[template] = dict(zip(NOTIFIED, values, strict=True))
    for template, *values in _sums(rows, ("template",), NOTIFIED):
        whole.notifications[template] = dict(zip(NOTIFIED, values, strict=True))


def _media(asked: Filter, whole: Facts, days: Days) -> None:
    rows = _range(DailyMedia, asked)
    for day, *values in _sums(rows, ("day",), PLAYED):
        days[day].media[EVERYTHING] = dict(zip(PLAYED, values, strict=True))
    for item, *values in _sums(rows, ("item",), PLAYED):
        whole.media[item] = dict(zip(PLAYED, values, strict=True))
    new = Q(seen_before__isnull=True) | Q(seen_before__lt=asked.first)
    viewers = _range(DailyViewer, asked).values_list("day").annotate(found=Count("pk"), first=Count("pk", filter=new))
    for day, found, first_seen in viewers:
        days[day].viewers = found
        whole.viewers += first_seen
