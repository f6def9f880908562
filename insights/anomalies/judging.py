"""A day's figure against its past, and the sentence that says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from insights.anomalies.figures import Figure, between
from insights.anomalies.statistics import judge
from insights.anomalies.thresholds import Thresholds
from insights.anomalies.transforms import Sample
from insights.kpis.aggregates import Aggregates, Sums

WORDS: Final = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight")


class Severity(StrEnum):
    """Critical: twice as far out as what counts as unusual."""

    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found about `kpi` on `day`: `severity` is None for a normal day.

    `value`, `low` and `high` are in the figure's unit. `what` goes on after "Yesterday" or "On Tuesday 10 March".
    """

    kpi: str
    day: date
    value: float
    low: float
    high: float
    severity: Severity | None
    what: str


def samples(
    figure: Figure, days: Mapping[date, Aggregates], first: date, last: date, limits: Thresholds
) -> dict[date, Sample]:
    """What `figure` says of each day from `first` to `last`, days left out excepted. `days` lacks days without a row.

    `first` may not be before the first day that the roll-ups know: before it, nothing is no zero.
    """
    nothing = Sums()
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    read = {day: figure.read(days.get(day, nothing), limits) for day in every if day not in limits.closed_days}
    return {day: sample for day, sample in read.items() if sample is not None}


def judge_day(figure: Figure, day: date, known: Mapping[date, Sample], limits: Thresholds) -> Judgement | None:
    """`figure` on `day`; None when the day, or its past, says too little."""
    if day not in known:
        return None
    sample = known[day]
    verdict = judge(day, sample, known, figure.transform, sensitivity=limits.sensitivity)
    if verdict is None:
        return None
    harmless = figure.bad > 0 and sample.value <= figure.harmless(limits)
    score = 0.0 if harmless else verdict.score * figure.bad
    return Judgement(
        figure.key, day, sample.value, verdict.low, verdict.high,
        severity=_severity(score, limits), what=_what(figure, sample, day, verdict.past),
    )  # fmt: skip


def _severity(score: float, limits: Thresholds) -> Severity | None:
    if score < limits.sensitivity:
        return None
    return Severity.CRITICAL if score >= 2 * limits.sensitivity else Severity.WARNING


def _what(figure: Figure, sample: Sample, day: date, past: Sequence[float]) -> str:
    said, usual = figure.said.format(figure.shown(sample.value)), between(*map(figure.shown, (min(past), max(past))))
    return f"{said}; on the {WORDS[len(past)]} {day:%A}s before it was {usual}."
