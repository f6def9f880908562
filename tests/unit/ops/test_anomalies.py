"""Anomaly detection keeps its promise: few false alarms, and what goes badly wrong is found within a day."""

from collections import Counter
from dataclasses import replace

from ops.anomalies import JUDGED_FROM, JUDGED_TO, Found, Measured, measure, normal_year, tables, too_bad


def test_a_normal_year_is_quiet_and_what_goes_badly_wrong_is_found() -> None:
    assert too_bad([measure(40, 1)]) == []


def test_a_year_can_be_had_again_and_another_seed_is_another_year() -> None:
    first, again, other = (normal_year(seed, 5) for seed in (1, 1, 2))
    assert (first == again, first == other) == (True, False)
    assert (JUDGED_TO - JUDGED_FROM).days == 364
    assert len(first.bookings) == sum(facts.counts["booked"] for facts in first.facts.values())


def measured(alarms: int, found: int) -> Measured:
    row = Found("nobody can book for a day", "bookings_made", True, 10, found, (3, 5, 9)[:found])
    return Measured(40, 2, Counter({"bookings_made": alarms}), [row, replace(row, big=False, found=0, delays_h=())])


def test_too_many_false_alarms_and_a_big_anomaly_missed_break_the_promise() -> None:
    assert too_bad([measured(alarms=8, found=10)]) == []
    assert too_bad([measured(alarms=9, found=3)]) == [
        "bookings_made: 9 false alarms in 2 years of 40 bookings a day",
        "bookings_made: nobody can book for a day: 30.0% found with 40 bookings a day",
    ]


def test_the_tables_say_what_was_measured() -> None:
    lines = tables([measured(alarms=3, found=3)]).splitlines()
    assert "| No bookings | 1.5 |" in lines
    assert lines[-2:] == [
        "| No bookings | **nobody can book for a day** | 30%, after 5 h, at most 9 h |",
        "| No bookings | nobody can book for a day | 0% |",
    ]
