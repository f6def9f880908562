"""The statistics, to the digit, on numbers that can be checked by hand."""

from datetime import date, timedelta
from math import log, pi, sqrt
from typing import Final

import pytest

from insights.anomalies.statistics import Point, judge, mad, weekly_trend
from insights.anomalies.transforms import COUNT, SECONDS, SHARE, Transform
from insights.kpis.definition import Sample

DAY: Final = date(2026, 3, 31)  # a Tuesday, two days after the clocks changed
PLAIN: Final = Transform(stretched=lambda s: s.value, plain=lambda y: y, noise=lambda s: 1.0)
OF_EIGHT: Final = sqrt(1 + pi / 2 / 8)  # a day, and the median of eight: one standard error


def tuesdays(*values: float, volume: int = 100) -> dict[date, Sample]:
    """The last Tuesdays, oldest first."""
    return {DAY - timedelta(weeks=len(values) - n): Sample(value, volume) for n, value in enumerate(values)}


def test_half_of_the_deviations_are_no_larger_than_their_mad() -> None:
    assert (mad([-3, 1, 2, 0, 10]), mad([-4, 2]), mad([])) == (2, 3, 0)


def test_the_score_is_the_distance_from_the_median_in_standard_errors() -> None:
    verdict = judge(DAY, Sample(15, 0), tuesdays(*[10.0] * 8), PLAIN, sensitivity=3)
    assert verdict is not None
    assert verdict.score == pytest.approx(5 / OF_EIGHT)
    assert (verdict.low, verdict.high) == pytest.approx((10 - 3 * OF_EIGHT, 10 + 3 * OF_EIGHT))


def test_days_that_never_differ_have_a_mad_of_nothing_and_are_judged_by_chance_alone() -> None:
    quiet = judge(DAY, Sample(5, 9), tuesdays(*[5.0] * 8), COUNT, sensitivity=3)
    busy = judge(DAY, Sample(25, 9), tuesdays(*[5.0] * 8), COUNT, sensitivity=3)
    assert quiet is not None
    assert busy is not None
    assert quiet.score == 0
    assert busy.score == pytest.approx((2 * sqrt(25.375) - 2 * sqrt(5.375)) / OF_EIGHT)


def test_days_that_differ_more_than_by_chance_make_the_range_wider() -> None:
    past = tuesdays(0, 20, 0, 20, 0, 20, 0, 20)
    verdict = judge(DAY, Sample(40, 0), past, PLAIN, sensitivity=3)
    assert verdict is not None
    assert (verdict.score < 3, verdict.high > 60, verdict.past) == (True, True, (0, 20, 0, 20, 0, 20, 0, 20))


def test_one_wild_day_in_the_past_changes_nothing() -> None:
    usual = judge(DAY, Sample(15, 0), tuesdays(*[10.0] * 8), PLAIN, sensitivity=3)
    wild = judge(DAY, Sample(15, 0), tuesdays(*[10.0] * 7, 1000.0), PLAIN, sensitivity=3)
    assert usual is not None
    assert wild is not None
    assert wild.score == usual.score


def test_growth_is_followed_week_by_week() -> None:
    growing = tuesdays(*[float(n * 10) for n in range(8)])
    expected = judge(DAY, Sample(80, 0), growing, PLAIN, sensitivity=3)
    assert expected is not None
    assert expected.score == pytest.approx(0)


def test_the_trend_is_the_median_slope_of_the_same_weekday() -> None:
    start = date(2026, 3, 3)
    points = [Point(start + timedelta(weeks=n), value, 1) for n, value in enumerate((0.0, 2.0, 4.0, 60.0))]
    assert weekly_trend([points]) == 11  # the median of 2, 2, 2, 20, 29, 56
    assert weekly_trend([points[:3], [Point(start, 9, 1)]]) == 2
    assert weekly_trend([points[:1]]) == 0


def test_only_the_same_weekday_says_what_is_usual() -> None:
    mondays = {day - timedelta(days=1): Sample(500, 9) for day in tuesdays(*[1.0] * 8)}
    verdict = judge(DAY, Sample(10, 0), tuesdays(*[10.0] * 8) | mondays, PLAIN, sensitivity=3)
    assert verdict is not None
    assert verdict.score == 0


@pytest.mark.parametrize(("known", "judged"), [(0, False), (3, False), (4, True)])
def test_with_fewer_than_four_of_the_weekday_nobody_can_say(known: int, judged: bool) -> None:
    assert (judge(DAY, Sample(9, 0), tuesdays(*[5.0] * known), PLAIN, sensitivity=3) is not None) == judged


def test_missing_days_are_left_out_and_older_ones_are_too_old() -> None:
    gaps = tuesdays(*[5.0] * 8)
    for weeks in (2, 5, 7):
        del gaps[DAY - timedelta(weeks=weeks)]
    old = {DAY - timedelta(weeks=9): Sample(999, 0), DAY: Sample(999, 0), DAY + timedelta(weeks=1): Sample(999, 0)}
    verdict = judge(DAY, Sample(5, 0), gaps | old, PLAIN, sensitivity=3)
    assert verdict is not None
    assert verdict.past == (5,) * 5


def test_the_fewer_a_share_rests_on_the_more_it_may_differ() -> None:
    few, many = (
        judge(DAY, Sample(0.2, volume), tuesdays(*[0.1] * 8, volume=volume), SHARE, sensitivity=3.5)
        for volume in (20, 2000)
    )
    assert few is not None
    assert many is not None
    assert (few.score < 2, many.score > 10) == (True, True)


@pytest.mark.parametrize("transform", [SHARE, COUNT, SECONDS])
def test_a_transform_leads_back_to_what_it_came_from(transform: Transform) -> None:
    for value in (0.0, 0.04, 0.5, 1.0) if transform is SHARE else (1.0, 7.0, 3600.0):
        there = transform.stretched(Sample(value, 10_000_000))
        assert transform.plain(there) == pytest.approx(value, abs=1e-6)


def test_a_transform_does_not_break_at_its_ends() -> None:
    assert (SHARE.plain(-1), SHARE.plain(9), COUNT.plain(-1), COUNT.plain(0.1)) == (0, 1, 0, 0)
    assert (SHARE.stretched(Sample(0, 0)), SHARE.noise(Sample(0, 0))) == pytest.approx((pi / 2, sqrt(2)))
    assert (SECONDS.stretched(Sample(0, 1)), SECONDS.noise(Sample(9, 1))) == (0, log(2))
