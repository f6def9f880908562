"""No bookings at all: the time since the last one, against the same hours of the weeks before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from insights.anomalies.figures import BOOKING_GAP, between, span
from insights.anomalies.judging import WORDS, Judgement, Severity
from insights.anomalies.statistics import FEWEST, WEEKS
from insights.anomalies.thresholds import Thresholds
from portal.common.clock import clock_time, reporting_day

LONGEST: Final = timedelta(days=7)  # a longer window would reach into its own past


@dataclass(frozen=True, slots=True)
class Bookings:
    """When bookings were made: the first and the last one (aware), and how many in [start, end)."""

    first: datetime
    last: datetime
    count: Callable[[datetime, datetime], int]


def judge_gap(bookings: Bookings, moment: datetime, limits: Thresholds) -> Judgement | None:
    """The silence since the last booking, at `moment`; None when today is left out or the past says too little.

    It is unusual when in the same hours of the weeks before `limits.silence_bookings` were usual (the median).
    """
    start = max(bookings.last, moment - LONGEST)
    past = [] if reporting_day(moment) in limits.closed_days else _past(bookings, start, moment, limits)
    if len(past) < FEWEST:
        return None
    return Judgement(
        BOOKING_GAP, reporting_day(start), 0, min(past), max(past),
        severity=_severity(median(past), limits), what=_what(bookings.last, start, moment, past),
    )  # fmt: skip


def _severity(usual: float, limits: Thresholds) -> Severity | None:
    if usual < limits.silence_bookings:
        return None
    return Severity.CRITICAL if usual >= 2 * limits.silence_bookings else Severity.WARNING


def _past(bookings: Bookings, start: datetime, end: datetime, limits: Thresholds) -> list[int]:
    """How many bookings came in the same local hours of the weeks before."""
    windows = [(weeks_before(start, weeks), weeks_before(end, weeks)) for weeks in range(1, WEEKS + 1)]
    return [
        bookings.count(earlier, later)
        for earlier, later in windows
        if earlier >= bookings.first and not {reporting_day(earlier), reporting_day(later)} & limits.closed_days
    ]


def weeks_before(moment: datetime, weeks: int) -> datetime:
    """The same time on the clock, `weeks` earlier, UTC: another length of time when the clocks changed between."""
    local = moment.astimezone(ZoneInfo(settings.REPORTING_TIME_ZONE))
    return (local - timedelta(weeks=weeks)).astimezone(UTC)


def _what(last: datetime, start: datetime, moment: datetime, past: Sequence[int]) -> str:
    local = last.astimezone(ZoneInfo(settings.REPORTING_TIME_ZONE))
    length, usual = span((moment - start).total_seconds()), between(str(min(past)), str(max(past)))
    came = f"{usual} came in each of the {WORDS[len(past)]} weeks before."
    if start > last:
        since = f"{local:%A} {local.day} {local:%B}"
        return f"nobody had booked since {since}; in the {LONGEST.days} days from then on, {came}"
    return f"the last booking came at {clock_time(local)}; in the {length} from then on, {came}"
