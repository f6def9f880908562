"""Is a day unusual? Robust statistics on plain numbers: medians, so that a bad day in the past does not hide the next.

docs/analytics/anomalies.md has the formula and its sources.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from math import pi, sqrt
from statistics import median
from typing import Final

from insights.anomalies.transforms import Transform
from insights.kpis.definition import Sample

WEEKS: Final = 8
FEWEST: Final = 4  # of the same weekday; with fewer nobody can say what is usual
TO_SIGMA: Final = 1.4826  # a normal distribution's standard deviation, in median absolute deviations


@dataclass(frozen=True, slots=True)
class Point:
    """A past day on the stretched scale; `noise` is the standard deviation that chance gives it."""

    day: date
    value: float
    noise: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """`score`: robust standard deviations above (+) or below (-) the usual; `low` to `high` is what is expected.

    `past` are the same weekday's values, oldest first.
    """

    score: float
    low: float
    high: float
    past: tuple[float, ...]


def judge(
    day: date, sample: Sample, history: Mapping[date, Sample], transform: Transform, *, sensitivity: float
) -> Verdict | None:
    """`sample` of `day` against the eight weeks before; None when the same weekday is known fewer than four times."""
    weekdays: defaultdict[int, list[Point]] = defaultdict(list)
    for each in (day - timedelta(days=n) for n in range(7 * WEEKS, 0, -1)):
        if sample_then := history.get(each):
            weekdays[each.weekday()].append(Point(each, transform.stretched(sample_then), transform.noise(sample_then)))
    alike = weekdays[day.weekday()]
    if len(alike) < FEWEST:
        return None
    trend = weekly_trend(weekdays.values())
    spread = max(1.0, TO_SIGMA * mad(_past_scores(weekdays.values(), trend)))
    expected, error = _expected(day, transform.noise(sample), alike, trend)
    unit = spread * error
    return Verdict(
        score=(transform.stretched(sample) - expected) / unit,
        low=transform.plain(expected - sensitivity * unit),
        high=transform.plain(expected + sensitivity * unit),
        past=tuple(history[point.day].value for point in alike),
    )


def mad(deviations: Iterable[float]) -> float:
    """The median of the deviations' sizes: half of them are no larger. 0 without any."""
    sizes = [abs(each) for each in deviations]
    return median(sizes) if sizes else 0.0


def weekly_trend(weekdays: Iterable[Sequence[Point]]) -> float:
    """By how much a week is above the week before: the median slope of all pairs of the same weekday.

    This is the seasonal Kendall slope of Hirsch, Slack and Smith (Water Resources Research 18, 1982). 0 without pairs.
    """
    slopes = [
        (later.value - earlier.value) * 7 / (later.day - earlier.day).days
        for points in weekdays
        for earlier, later in combinations(points, 2)
    ]
    return median(slopes) if slopes else 0.0


def _expected(day: date, noise: float, alike: Sequence[Point], trend: float) -> tuple[float, float]:
    """The median of the same weekday, moved along the trend; and the standard error of a day around it."""
    level = median(point.value + trend * (day - point.day).days / 7 for point in alike)
    of_median = pi / 2 * sum(point.noise**2 for point in alike) / len(alike) ** 2
    return level, sqrt(noise**2 + of_median)


def _past_scores(weekdays: Iterable[Sequence[Point]], trend: float) -> Iterable[float]:
    """How far each past day was from its weekday's others, in standard errors: chance alone gives about 1."""
    for points in weekdays:
        for n, point in enumerate(points):
            if others := [*points[:n], *points[n + 1 :]]:
                expected, error = _expected(point.day, point.noise, others, trend)
                yield (point.value - expected) / error
