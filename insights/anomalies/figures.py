"""The figures that are watched: how each is read from a day's roll-ups, which side is bad, how a finding is said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from insights.anomalies.thresholds import Thresholds
from insights.anomalies.transforms import COUNT, SECONDS, SHARE, Sample, Transform
from insights.kpis.aggregates import Aggregates
from insights.kpis.definition import percentile
from insights.kpis.registry import reached
from insights.rollups.models import Measure

BOOKING_GAP: Final = "bookings_made"


class Bad(IntEnum):
    """The side on which a figure is worth a finding."""

    HIGH = 1
    LOW = -1


@dataclass(frozen=True, slots=True)
class Figure:
    """`key` is the KPI's. `read` gives None for a day that says nothing; `said` has one `{}`, for the value."""

    key: str
    name: str
    said: str
    transform: Transform
    bad: Bad
    read: Callable[[Aggregates, Thresholds], Sample | None]
    shown: Callable[[float], str]
    harmless: Callable[[Thresholds], float] = lambda thresholds: 0.0


def percent(value: float) -> str:
    """31 %; below ten, 4.2 %."""
    hundredths = round(value * 100, 1 if value < 0.1 else 0)
    return f"{hundredths:g} %"


def span(seconds: float) -> str:
    """5 minutes; 90 seconds are 2 minutes."""
    for name, length in (("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = int(seconds / length + 0.5)
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{seconds:.0f} second{'' if round(seconds) == 1 else 's'}"


def whole(value: float) -> str:
    """1,234"""
    return f"{value:,.0f}"


def between(low: str, high: str) -> str:
    """between 4 % and 9 %; or the one value that both are."""
    return low if low == high else f"between {low} and {high}"


def _share(part: int, of: int, thresholds: Thresholds) -> Sample | None:
    return Sample(part / of, of) if of >= thresholds.minimum_volume else None


def _failures(aggregates: Aggregates, thresholds: Thresholds) -> Sample | None:
    failed, succeeded = aggregates.counts["attempts_failed"], aggregates.counts["attempts_succeeded"]
    return _share(failed, failed + succeeded, thresholds)


def _lag(aggregates: Aggregates, thresholds: Thresholds) -> Sample | None:
    events = sum(aggregates.histogram(Measure.WEBHOOK_LAG).values())
    value = percentile(aggregates, Measure.WEBHOOK_LAG, 0.95)
    return Sample(value, events) if value is not None and events >= thresholds.minimum_volume else None


def _refunds(aggregates: Aggregates, thresholds: Thresholds) -> Sample | None:
    return Sample(aggregates.counts["refunds"], aggregates.counts["refunds"])


def _step(before: str, after: str, said: str) -> Figure:
    return Figure(
        key=f"conversion_{after}",
        name=said,
        said=f"only {{}} of those who {_DID[before]} {_DID[after]}",
        transform=SHARE,
        bad=Bad.LOW,
        read=lambda aggregates, thresholds: _share(reached(aggregates, after), reached(aggregates, before), thresholds),
        shown=percent,
    )


_DID: Final = {
    "viewed": "looked at a service",
    "started": "started a booking",
    "deposit_page": "opened the deposit page",
    "attempt": "tried to pay",
    "paid": "paid the deposit",
}
FIGURES: Final[Mapping[str, Figure]] = {
    figure.key: figure
    for figure in (
        Figure(
            "attempt_failure_rate", "Attempts that fail", "{} of attempts to pay failed",
            SHARE, Bad.HIGH, _failures, percent,
        ),
        _step("viewed", "started", "Funnel: from looking to booking"),
        _step("started", "deposit_page", "Funnel: from booking to the deposit page"),
        _step("deposit_page", "attempt", "Funnel: from the deposit page to paying"),
        _step("attempt", "paid", "Funnel: from paying to paid"),
        Figure(
            "webhook_lag_p95", "Webhook lag", "the slowest one in twenty of Stripe's events took {} to reach our books",
            SECONDS, Bad.HIGH, _lag, span, lambda thresholds: thresholds.lag_seconds,
        ),
        Figure(
            "refunds_made", "Refunds", "{} refunds were made",
            COUNT, Bad.HIGH, _refunds, whole,
        ),
    )
}  # fmt: skip
NAMES: Final[Mapping[str, str]] = {**{key: figure.name for key, figure in FIGURES.items()}, BOOKING_GAP: "No bookings"}


def shown(key: str, value: float) -> str:
    """`value` of the figure as people read it."""
    return (FIGURES[key].shown if key in FIGURES else whole)(value)
