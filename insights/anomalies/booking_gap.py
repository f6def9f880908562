"""The time since the last booking, against the same hours of the previous weeks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from insights.anomalies.judging import Judgement, Severity, Thresholds
from insights.anomalies.statistics import FEWEST, WEEKS
from insights.formatting import between, duration
from portal.common.clock import reporting_day
from portal.common.when import clock_time

BOOKING_GAP: Final = "bookings_made"  # the KPI
LONGEST: Final = timedelta(days=7)  # a longer window would reach into its own past


@dataclass(frozen=True, slots=True)
class Bookings:
    """When bookings were made: the first and the last one (aware), and how many in [start, end)."""

    first: datetime
    last: datetime
    count: Callable[[datetime, datetime], int]


def judge_gap(bookings: Bookings, moment: datetime, limits: Thresholds) -> Judgement | None:
    """The gap from the last booking to `moment`; None when today is a closed day or there is too little past.

    It is unusual when the median of the same hours of the previous weeks is at least `limits.silence_bookings`.
    """
    start = max(bookings.last, moment - LONGEST)
    past = [] if reporting_day(moment) in limits.closed_days else _past(bookings, start, moment, limits)
    if len(past) < FEWEST:
        return None
    return Judgement(
        BOOKING_GAP,
        reporting_day(start),
        0,
        min(past),
        max(past),
        severity=_severity(median(past), limits),
        what=_report(bookings.last, start, moment, past),
    )


def _severity(usual: float, limits: Thresholds) -> Severity | None:
    if usual < limits.silence_bookings:
        return None
    return Severity.CRITICAL if usual >= 2 * limits.silence_bookings else Severity.WARNING


def _past(bookings: Bookings, start: datetime, end: datetime, limits: Thresholds) -> list[int]:
    """How many bookings were made in the same local hours of each previous week."""
    windows = [(weeks_before(start, weeks), weeks_before(end, weeks)) for weeks in range(1, WEEKS + 1)]
    return [
        bookings.count(earlier, later)
        for earlier, later in windows
        if earlier >= bookings.first and not {reporting_day(earlier), reporting_day(later)} & limits.closed_days
    ]


def weeks_before(moment: datetime, weeks: int) -> datetime:
    """The same local time `weeks` earlier, UTC; the clocks may have changed in between."""
    local = moment.astimezone(ZoneInfo(settings.REPORTING_TIME_ZONE))
    return (local - timedelta(weeks=weeks)).astimezone(UTC)


def _report(last: datetime, start: datetime, moment: datetime, past: Sequence[int]) -> str:
    local = last.astimezone(ZoneInfo(settings.REPORTING_TIME_ZONE))
    if start > last:
        since = f"{local:%A} {local.day} {local:%B}"
        length = ngettext("{count} day", "{count} days", LONGEST.days).format(count=LONGEST.days)
    else:
        since, length = clock_time(local), duration((moment - start).total_seconds())
    text = _(
        "No bookings since {since}. In the same {length}, each of the previous {weeks} weeks had {usual} bookings."
    )
    return text.format(since=since, length=length, weeks=len(past), usual=between(str(min(past)), str(max(past))))
