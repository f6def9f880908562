"""The roll-ups of a period, added up: the whole, and each day. One query a table."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.db.models import Count, QuerySet, Sum

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
SUMS: Final = {f"sum_{name}": Sum(name) for name in COLUMNS}


@dataclass(slots=True)
class Facts:
    """Sums of one period. `counts` over all currencies; `money[column][currency]` in minor units.

    `histograms[measure][edge]`, `notifications[template][column]`, `media[item][column]`;
    `viewers` are different people.
    """

    counts: Counter[str] = field(default_factory=Counter)
    money: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in MONEY})
    declines: Counter[str] = field(default_factory=Counter)
    histograms: dict[str, Counter[int]] = field(default_factory=dict)
    notifications: dict[str, Counter[str]] = field(default_factory=dict)
    media: dict[str, Counter[str]] = field(default_factory=dict)
    viewers: int = 0


@dataclass(frozen=True, slots=True)
class Period:
    """A period as a whole and by day; a day without rows is not in `days`."""

    whole: Facts
    days: dict[date, Facts]


def load(asked: Filter) -> Period:
    """Read the roll-ups for `asked`. What knows no service (e-mails, media, Stripe's events) is always of all."""
    whole, days = Facts(), dict[date, Facts]()

    def both(day: date) -> Iterable[Facts]:
        return whole, days.setdefault(day, Facts())

    for row in _range(DailyFigures, asked, per_service=True).values("day", "currency").annotate(**SUMS):
        for facts in both(row["day"]):
            _add_figures(facts, row)
    for day, reason, found in _sums(DailyDecline, asked, "reason", "declines", per_service=True):
        for facts in both(day):
            facts.declines[reason] += found
    _add_histograms(asked, both)
    for row in _range(DailyNotifications, asked).values("day", "template", *NOTIFIED):
        for facts in both(row["day"]):
            facts.notifications.setdefault(row["template"], Counter()).update({name: row[name] for name in NOTIFIED})
    for row in _range(DailyMedia, asked).values("day", "item", *PLAYED):
        for facts in both(row["day"]):
            facts.media.setdefault(row["item"], Counter()).update({name: row[name] for name in PLAYED})
    viewers = _range(DailyViewer, asked)
    for row in viewers.values("day").annotate(found=Count("pk")):
        days.setdefault(row["day"], Facts()).viewers = row["found"]
    whole.viewers = viewers.values("viewer").distinct().count()
    return Period(whole, days)


def _range(table: type[Any], asked: Filter, *, per_service: bool = False) -> QuerySet[Any, Any]:
    rows: QuerySet[Any, Any] = table.objects.filter(day__gte=asked.first, day__lte=asked.last).order_by()
    return rows.filter(service_id=asked.service_id) if per_service and asked.service_id is not None else rows


def _sums(
    table: type[Any], asked: Filter, key: str, column: str, *, per_service: bool = False
) -> Iterable[tuple[date, str, int]]:
    rows = _range(table, asked, per_service=per_service).values("day", key).annotate(found=Sum(column))
    return ((row["day"], row[key], row["found"]) for row in rows)


def _add_figures(facts: Facts, row: dict[str, Any]) -> None:
    for name in COLUMNS:
        if value := row[f"sum_{name}"]:
            facts.counts[name] += value
            if name in MONEY:
                facts.money[name][row["currency"]] += value


def _add_histograms(asked: Filter, both: Any) -> None:
    rows = _range(DailyHistogram, asked)
    if asked.service_id is not None:
        rows = rows.filter(service_id__in=(0, asked.service_id))  # 0: measures that know no service
    for row in rows.values("day", "measure", "edge").annotate(found=Sum("count")):
        for facts in both(row["day"]):
            facts.histograms.setdefault(row["measure"], Counter())[row["edge"]] += row["found"]
