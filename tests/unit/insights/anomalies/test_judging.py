"""A day's roll-ups, judged: too little data, harmless values, and the report."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import pytest

from insights.anomalies.judging import Judgement, Severity, Thresholds, judge_day, judged_by_day, samples
from insights.kpis.aggregates import Sums
from insights.rollups.models import Measure

DAY: Final = date(2026, 3, 10)  # a Tuesday
FIRST: Final = DAY - timedelta(weeks=8)
LIMITS: Final = Thresholds()
KPIS: Final = judged_by_day()


def tries(failed: int, of: int) -> Sums:
    return Sums(Counter(attempts_failed=failed, attempts_succeeded=of - failed))


def lags(**edges: int) -> Sums:
    return Sums(histograms={Measure.WEBHOOK_LAG: Counter({int(edge[1:]): n for edge, n in edges.items()})})


def judged(key: str, today: Sums, past: Sums, limits: Thresholds = LIMITS, known_days: int = 56) -> Judgement | None:
    """`today` after days that were all like `past`."""
    days = {DAY - timedelta(days=n): past for n in range(1, known_days + 1)} | {DAY: today}
    return judge_day(KPIS[key], DAY, samples(KPIS[key], days, FIRST, DAY, limits), limits)


def test_failing_payments_are_reported_in_a_sentence() -> None:
    weeks = {
        DAY - timedelta(weeks=n): tries(failed, 200) for n, failed in enumerate((8, 10, 12, 14, 16, 18, 12, 10), 1)
    }
    others = {FIRST + timedelta(days=n): tries(12, 200) for n in range(56)}
    known = samples(KPIS["attempt_failure_rate"], others | weeks | {DAY: tries(62, 200)}, FIRST, DAY, LIMITS)
    found = judge_day(KPIS["attempt_failure_rate"], DAY, known, LIMITS)
    assert found is not None
    assert (found.severity, found.value, found.day) == (Severity.CRITICAL, 0.31, DAY)
    assert found.what == "31% of payment attempts failed. On the previous 8 Tuesdays it was between 4% and 9%."
    assert 0 < found.low < 0.06 < found.high < 0.15


@pytest.mark.parametrize(
    ("failed", "severity"), [(0, None), (12, None), (24, None), (36, Severity.WARNING), (100, Severity.CRITICAL)]
)
def test_severity_grows_with_distance_and_fewer_failures_are_no_anomaly(failed: int, severity: Severity | None) -> None:
    found = judged("attempt_failure_rate", tries(failed, 200), tries(12, 200))
    assert found is not None
    assert found.severity == severity


def test_a_day_or_a_past_with_too_little_data_is_not_judged() -> None:
    assert judged("attempt_failure_rate", tries(9, 9), tries(1, 200)) is None
    assert judged("attempt_failure_rate", tries(20, 20), tries(0, 9)) is None
    assert judged("attempt_failure_rate", Sums(), tries(1, 200)) is None
    assert judged("attempt_failure_rate", tries(90, 200), tries(10, 200), known_days=27) is None
    assert judged("webhook_lag_p95", Sums(), lags(e5=100)) is None


def test_the_minimum_volume_comes_from_the_settings() -> None:
    few = replace(LIMITS, minimum_volume=5)
    found = judged("attempt_failure_rate", tries(9, 9), tries(1, 9), few)
    assert found is not None
    assert found.severity is Severity.WARNING


def test_a_lower_sensitivity_finds_more() -> None:
    found = [
        judged("attempt_failure_rate", tries(24, 200), tries(12, 200), replace(LIMITS, sensitivity=each))
        for each in (2.0, 3.5)
    ]
    assert [each.severity if each else "none" for each in found] == [Severity.WARNING, None]


def test_closed_days_are_neither_judged_nor_compared_with() -> None:
    closed = replace(LIMITS, closed_days=frozenset({DAY}))
    assert judged("attempt_failure_rate", tries(90, 200), tries(10, 200), closed) is None
    mondays = frozenset(DAY - timedelta(weeks=n) for n in range(1, 6))
    assert judged("attempt_failure_rate", tries(90, 200), tries(10, 200), replace(LIMITS, closed_days=mondays)) is None


def test_a_funnel_stage_that_loses_people_is_found_and_one_that_gains_is_not() -> None:
    def came(tried: int) -> Sums:
        return Sums(Counter(reached_deposit_page=100, reached_attempt=tried))

    lost, gained = (judged("conversion_attempt", came(tried), came(80)) for tried in (55, 100))
    assert lost is not None
    assert gained is not None
    assert (lost.severity, gained.severity) == (Severity.WARNING, None)
    assert lost.what == (
        "Only 55% of people who opened the deposit page tried to pay. On the previous 8 Tuesdays it was 80%."
    )


def test_a_lag_below_the_allowed_delay_is_harmless() -> None:
    slow, slower = lags(e1=80, e30=20), lags(e1=80, e600=20)
    found = [judged("webhook_lag_p95", each, lags(e1=100)) for each in (slow, slower)]
    assert [each.severity if each else "none" for each in found] == [None, Severity.CRITICAL]
    assert found[1] is not None
    assert found[1].what == (
        "The slowest 5% of Stripe’s events took 10 minutes or more to reach the ledger. "
        "On the previous 8 Tuesdays it was 1 second."
    )


def test_days_without_refunds_count_as_zero_from_the_portals_first_day_on() -> None:
    kpi, days = KPIS["refunds_made"], {DAY: Sums(Counter(refunds=9))}
    found = judge_day(kpi, DAY, samples(kpi, days, FIRST, DAY, LIMITS), LIMITS)
    assert found is not None
    assert (found.severity, found.what) == (
        Severity.WARNING, "There were 9 refunds. On the previous 8 Tuesdays it was 0.",
    )  # fmt: skip
    young = samples(kpi, days, DAY - timedelta(days=27), DAY, LIMITS)
    assert judge_day(kpi, DAY, young, LIMITS) is None
