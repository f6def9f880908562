"""What a figure's definition is made of, and the arithmetic that definitions share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from insights.kpis.aggregates import Aggregates
from insights.rollups.durations import EDGES

Value = int | float | None | Mapping[str, int]


class Unit(StrEnum):
    """How to read a value: `money` is minor units by currency, `ratio` is 0 to 1, `breakdown` counts by name."""

    COUNT = "count"
    RATIO = "ratio"
    SECONDS = "seconds"
    MONEY = "money"
    BREAKDOWN = "breakdown"


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure: the same definition for dashboard, JSON, exports, alerts and documents.

    `query` reads its value off the roll-ups' sums of a period; a day is a period, so the series needs nothing else.
    """

    key: str
    name: str
    meaning: str
    formula: str
    unit: Unit
    source: str
    owner: str
    query: Callable[[Aggregates], Value]
    since: str = "0.1.0"
    per_service: bool = True
    now_only: bool = False  # of this moment, whatever days are asked for


def ratio(part: int, whole: int) -> float | None:
    """`part` of `whole`, rounded to four places; None when there is nothing to divide."""
    return round(part / whole, 4) if whole else None


def percentile(aggregates: Aggregates, measure: str, share: float) -> int | None:
    """The upper edge, in seconds, of the bucket that `share` of the durations lie in or below.

    Above the last edge it is the last edge: read it as "at least". None without durations.
    """
    buckets = aggregates.histogram(measure)
    wanted, seen = share * sum(buckets.values()), 0
    if not wanted:
        return None
    for edge in EDGES:
        seen += buckets.get(edge, 0)
        if seen >= wanted:
            return edge
    return EDGES[-1]
