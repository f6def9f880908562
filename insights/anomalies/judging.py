"""A KPI's day against its past, and the sentence that reports it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from insights.anomalies.statistics import judge
from insights.anomalies.transforms import COUNT, SECONDS, SHARE
from insights.formatting import between, rounded
from insights.kpis.aggregates import Aggregates, Sums
from insights.kpis.definition import Direction, Kpi, Sample, Unit
from insights.kpis.registry import REGISTRY

WEEKDAYS: Final = (
    gettext_lazy("Mondays"),
    gettext_lazy("Tuesdays"),
    gettext_lazy("Wednesdays"),
    gettext_lazy("Thursdays"),
    gettext_lazy("Fridays"),
    gettext_lazy("Saturdays"),
    gettext_lazy("Sundays"),
)
_TRANSFORMS: Final = {Unit.RATIO: SHARE, Unit.COUNT: COUNT, Unit.SECONDS: SECONDS}


# The defaults that the false alarms in docs/analytics/anomalies.md are measured with.
SENSITIVITY: Final = Decimal("3.5")  # Iglewicz and Hoaglin, "How to Detect and Handle Outliers", 1993
MINIMUM_VOLUME: Final = 10
LAG_SECONDS: Final = 30
SILENCE_BOOKINGS: Final = 12


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a KPI counts as unusual. Days of `closed_days` are not judged or compared with."""

    sensitivity: float = float(SENSITIVITY)
    minimum_volume: int = MINIMUM_VOLUME
    lag_seconds: int = LAG_SECONDS
    silence_bookings: int = SILENCE_BOOKINGS
    closed_days: frozenset[date] = frozenset()


class Severity(StrEnum):
    """Critical: at least twice as far out as the sensitivity."""

    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on `kpi` for `day`: `severity` is None for a normal day.

    `value`, `low` and `high` are in the KPI's unit. `what` is the report in whole sentences, without the day.
    """

    kpi: str
    day: date
    value: float
    low: float
    high: float
    severity: Severity | None
    what: str


def judged_by_day() -> dict[str, Kpi]:
    """The watched KPIs that have a sample a day."""
    return {key: kpi for key, kpi in REGISTRY.items() if kpi.watched and kpi.watched.sample}


def sample_of(kpi: Kpi, aggregates: Aggregates, limits: Thresholds) -> Sample | None:
    """The day's sample; None without data, and for a share or a duration that rests on too little."""
    sample = kpi.watched.sample(aggregates) if kpi.watched and kpi.watched.sample else None
    if sample is None or (kpi.unit is not Unit.COUNT and sample.volume < limits.minimum_volume):
        return None
    return sample


def samples(
    kpi: Kpi, days: Mapping[date, Aggregates], first: date, last: date, limits: Thresholds
) -> dict[date, Sample]:
    """The samples of the days `first` to `last`, closed days left out. `days` lacks days without a row.

    `first` may not be before the first day that the roll-ups know: before it, no row does not mean zero.
    """
    empty = Sums()
    every_day = (first + timedelta(days=n) for n in range((last - first).days + 1))
    read = {day: sample_of(kpi, days.get(day, empty), limits) for day in every_day if day not in limits.closed_days}
    return {day: sample for day, sample in read.items() if sample is not None}


def judge_day(kpi: Kpi, day: date, known: Mapping[date, Sample], limits: Thresholds) -> Judgement | None:
    """`kpi` on `day`; None when there is too little data on the day or before it."""
    if day not in known:
        return None
    sample = known[day]
    verdict = judge(day, sample, known, _TRANSFORMS[kpi.unit], sensitivity=limits.sensitivity)
    if verdict is None:
        return None
    return Judgement(
        kpi.key,
        day,
        sample.value,
        verdict.low,
        verdict.high,
        severity=_severity(_badness(kpi, sample, verdict.score, limits), limits),
        what=_report(kpi, sample, day, verdict.past),
    )


def _badness(kpi: Kpi, sample: Sample, score: float, limits: Thresholds) -> float:
    """`score` towards the bad side; 0 for zero, or a delay that the settings allow, where lower is better."""
    if kpi.direction is Direction.HIGHER_IS_BETTER:
        return -score
    allowed = limits.lag_seconds if kpi.unit is Unit.SECONDS else 0
    return score if sample.value > allowed else 0.0


def _severity(badness: float, limits: Thresholds) -> Severity | None:
    if badness < limits.sensitivity:
        return None
    return Severity.CRITICAL if badness >= 2 * limits.sensitivity else Severity.WARNING


def _report(kpi: Kpi, sample: Sample, day: date, past: Sequence[float]) -> str:
    message = str(kpi.watched.message) if kpi.watched else ""
    finding = message.format(value=rounded(sample.value, kpi.unit))
    usual = between(rounded(min(past), kpi.unit), rounded(max(past), kpi.unit))
    compared = _("On the previous {count} {weekdays} it was {usual}.")
    return f"{finding} {compared.format(count=len(past), weekdays=WEEKDAYS[day.weekday()], usual=usual)}"
