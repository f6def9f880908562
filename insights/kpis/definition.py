"""What a KPI's definition is made of, and the arithmetic that definitions share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from insights.kpis.aggregates import Aggregates
from insights.rollups.durations import EDGES
from insights.rollups.models import Measure

Text = str | Promise
Value = int | float | None | Mapping[str, int]


class Unit(StrEnum):
    """How to read a value: `money` is minor units by currency, `ratio` is 0 to 1, `breakdown` counts by name."""

    COUNT = "count"
    RATIO = "ratio"
    SECONDS = "seconds"
    MONEY = "money"
    BREAKDOWN = "breakdown"


class Direction(StrEnum):
    """Which way is good news."""

    HIGHER_IS_BETTER = "higher"
    LOWER_IS_BETTER = "lower"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Sample:
    """A day's value, and how many attempts, visits or events it rests on."""

    value: float
    volume: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How anomaly detection reads and reports a day; the bad side is the one the KPI's direction calls worse.

    `sample` gives None for a day without data. `message` has one `{value}`. A watch without `sample` is on the time
    since the last booking (`insights.anomalies.booking_gap`). `name` is the anomaly's where it is not the KPI's.
    """

    sample: Callable[[Aggregates], Sample | None] | None = None
    message: Text = ""
    name: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """The one definition that dashboard, JSON, exports, anomaly detection and documents read.

    `query` computes the value from the aggregates of a period; a day is a period, so the series needs nothing else.
    `leading` is the position among the cards at the top of the dashboard, 0 for none. `now_only`: of this moment,
    whatever the period.
    """

    key: str
    name: Text
    meaning: Text
    formula: str
    unit: Unit
    source: str
    owner: str
    query: Callable[[Aggregates], Value]
    since: str = "0.1.0"
    direction: Direction = Direction.NEUTRAL
    leading: int = 0
    watched: Watch | None = None
    per_service: bool = True
    now_only: bool = False


def count(column: str) -> Callable[[Aggregates], int]:
    """The sum of `column`."""
    return lambda aggregates: aggregates.counts[column]


def amounts(column: str) -> Callable[[Aggregates], Mapping[str, int]]:
    """The sums of `column` in minor units, by currency."""
    return lambda aggregates: dict(sorted(aggregates.money[column].items()))


def share(part: str, of: Sequence[str]) -> Callable[[Aggregates], float | None]:
    """Column `part` divided by the sum of the columns `of`."""
    return lambda aggregates: ratio(aggregates.counts[part], sum(aggregates.counts[column] for column in of))


def ratio(part: int, whole: int) -> float | None:
    """`part` of `whole`, rounded to four places; None when there is nothing to divide."""
    return round(part / whole, 4) if whole else None


def share_sample(part: int, whole: int) -> Sample | None:
    """`part` of `whole`, unrounded."""
    return Sample(part / whole, whole) if whole else None


def ranked(counts: Mapping[str, int], limit: int | None = None) -> Mapping[str, int]:
    """The largest first, equals by name, without zeros; at most `limit`."""
    pairs = sorted(((name, count) for name, count in counts.items() if count), key=lambda pair: (-pair[1], pair[0]))
    return dict(pairs[:limit])


def percentile(aggregates: Aggregates, measure: str, share: float) -> int | None:
    """The upper edge, in seconds, of the bucket that `share` of the durations lie in or below.

    Above the last edge it is the last edge: read it as "at least". None without durations.
    """
    buckets = aggregates.histogram(measure)
    wanted, counted = share * sum(buckets.values()), 0
    if not wanted:
        return None
    for edge in EDGES:
        counted += buckets.get(edge, 0)
        if counted >= wanted:
            return edge
    return EDGES[-1]


def duration_kpis(
    *, key: str, name: Text, measure: Measure, meaning: Text, source: str, owner: str, watched: Watch | None = None
) -> tuple[Kpi, Kpi]:
    """The median and the 95th percentile of `measure`; `watched` is for the latter."""

    def kpi(suffix: str, title: Text, percent: int, watched: Watch | None) -> Kpi:
        rest = _("{percent}% took this long or less; read from a histogram, rounded up to its bucket.")
        return Kpi(
            key=f"{key}_{suffix}",
            name=title,
            meaning=format_lazy("{meaning} {rest}", meaning=meaning, rest=format_lazy(rest, percent=percent)),
            formula=f"upper edge of the bucket that holds the {percent}% point",
            unit=Unit.SECONDS,
            source=source,
            owner=owner,
            direction=Direction.LOWER_IS_BETTER,
            watched=watched,
            per_service=measure == Measure.CONFIRMATION,
            query=lambda aggregates: percentile(aggregates, measure, percent / 100),
        )

    median, p95 = (format_lazy(text, name=name) for text in (_("{name}, median"), _("{name}, 95th percentile")))
    return kpi("median", median, 50, None), kpi("p95", p95, 95, watched)
