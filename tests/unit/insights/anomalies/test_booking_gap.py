"""No bookings at all, hour by hour, clock changes included."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from insights.anomalies.booking_gap import Bookings, judge_gap, weeks_before
from insights.anomalies.judging import Severity, Thresholds

LONDON: Final = ZoneInfo("Europe/London")
LIMITS: Final = Thresholds(silence_bookings=12)


def at(day: int, hour: int, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=LONDON).astimezone(UTC)


def bookings(*, until: datetime, weeks: int = 12) -> Bookings:
    """Two an hour from eight to eight by the clock on the wall, every day, up to `until`."""
    first = until.astimezone(LONDON).replace(hour=8, minute=0) - timedelta(weeks=weeks)
    days = (first + timedelta(days=n) for n in range(weeks * 7 + 1))
    made = [(day + timedelta(minutes=30 * half)).astimezone(UTC) for day in days for half in range(24)]
    made = [moment for moment in made if moment <= until]
    return Bookings(made[0], made[-1], lambda start, end: sum(start <= moment < end for moment in made))


@pytest.mark.parametrize(("hour", "severity"), [(10, None), (14, None), (15, Severity.WARNING), (19, Severity.WARNING)])
def test_a_gap_counts_once_twelve_bookings_were_usual(hour: int, severity: Severity | None) -> None:
    found = judge_gap(bookings(until=at(10, 9)), at(10, hour), LIMITS)
    assert found is not None
    assert (found.severity, found.day, found.value) == (severity, date(2026, 3, 10), 0)


def test_the_report_says_since_when_and_what_is_usual() -> None:
    found = judge_gap(bookings(until=at(10, 9)), at(10, 16), LIMITS)
    assert found is not None
    assert found.what == ("No bookings since 9am. In the same 7 hours, each of the previous 8 weeks had 14 bookings.")
    assert (found.low, found.high) == (14, 14)


def test_the_night_is_quiet() -> None:
    found = judge_gap(bookings(until=at(10, 20)), at(11, 8), LIMITS)
    assert found is not None
    assert found.severity is None


def test_a_gap_goes_on_overnight_and_gets_worse() -> None:
    found = judge_gap(bookings(until=at(10, 9)), at(11, 9), LIMITS)
    assert found is not None
    assert (found.severity, found.day, found.high) == (Severity.CRITICAL, date(2026, 3, 10), 24)


def test_a_young_portal_is_not_judged() -> None:
    assert judge_gap(bookings(until=at(10, 9), weeks=3), at(10, 19), LIMITS) is None
    assert judge_gap(bookings(until=at(10, 9), weeks=5), at(10, 19), LIMITS) is not None


def test_after_a_week_the_window_does_not_reach_into_its_own_past() -> None:
    found = judge_gap(bookings(until=at(1, 9)), at(20, 9), LIMITS)
    assert found is not None
    assert (found.day, found.low, found.high) == (date(2026, 3, 13), 0, 7 * 24)
    assert found.what == (
        "No bookings since Sunday 1 March. In the same 7 days, "
        "each of the previous 8 weeks had between 0 and 168 bookings."
    )


def test_a_closed_day_is_quiet_and_compared_with_nothing() -> None:
    today = replace(LIMITS, closed_days=frozenset({date(2026, 3, 10)}))
    assert judge_gap(bookings(until=at(10, 9)), at(10, 19), today) is None
    weeks = frozenset(date(2026, 3, 10) - timedelta(weeks=n) for n in range(1, 6))
    assert judge_gap(bookings(until=at(10, 9)), at(10, 19), replace(LIMITS, closed_days=weeks)) is None


def test_local_time_counts_when_the_clocks_change() -> None:
    spring = at(31, 10)  # two days after the change: summer time, an hour ahead
    assert spring == datetime(2026, 3, 31, 9, tzinfo=UTC)
    assert weeks_before(spring, 1) == datetime(2026, 3, 24, 10, tzinfo=UTC)
    found = judge_gap(bookings(until=at(31, 9)), at(31, 16), LIMITS)
    assert found is not None
    assert (found.low, found.high) == (14, 14)


def test_an_hour_that_the_clocks_skip_is_no_error() -> None:
    assert weeks_before(datetime(2026, 4, 5, 0, 30, tzinfo=UTC), 1) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
