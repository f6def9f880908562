"""Values, changes and findings as people read them."""

from datetime import date
from typing import Any

import pytest

from insights.admin import findings
from insights.admin.cards import LEADING, Reading, points, readings
from insights.admin.charts import Chart, Line
from insights.admin.words import LESS_IS_BETTER, MORE_IS_BETTER, Change, change, named, shown
from insights.kpis.definition import Unit
from insights.kpis.registry import REGISTRY
from insights.kpis.results import Result

DAYS = [date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 11)]


def result(key: str, value: Any, previous: Any = None, series: tuple[Any, ...] = ()) -> Result:
    return Result(REGISTRY[key], value, lambda: previous, lambda: list(zip(DAYS, series, strict=False)))


def test_values_read_as_people_write_them() -> None:
    assert shown(12345, Unit.COUNT) == "12,345"
    assert shown(0.5432, Unit.RATIO) == "54.3 %"
    spans = {0: "0 seconds", 1: "1 second", 100: "1 minute 40 seconds", 300: "5 minutes", 3601: "1 hour"}
    spans |= {5430: "1 hour 30 minutes", 3_600_060: "1,000 hours 1 minute"}
    assert {seconds: shown(seconds, Unit.SECONDS) for seconds in spans} == spans
    assert shown({"EUR": 2000, "GBP": 1125}, Unit.MONEY) == "€20.00 · £11.25"
    assert shown(None, Unit.RATIO) == "–"
    assert named("insufficient_funds") == "Insufficient funds"


@pytest.mark.parametrize(
    ("key", "unit", "now", "before", "says"),
    [
        ("bookings_made", Unit.COUNT, 3, 2, "50 % more than before, better"),
        ("declines", Unit.COUNT, 3, 2, "50 % more than before, worse"),
        ("declines", Unit.COUNT, 1, 2, "50 % less than before, better"),
        ("bookings_made", Unit.COUNT, 2, 2, "the same as before"),
        ("bookings_made", Unit.COUNT, 2, 0, "none before, better"),
        ("bookings_made", Unit.COUNT, 10_001, 10_000, "under 1 % more than before, better"),
        ("bookings_made", Unit.COUNT, 971, 5, "194 times as much as before, better"),
        ("declines", Unit.COUNT, 20, 2, "10 times as much as before, worse"),
        ("declines", Unit.COUNT, 19, 2, "850 % more than before, worse"),
        ("refund_rate", Unit.RATIO, 0.25, 0.2, "5.0 points more than before, worse"),
        ("refund_rate", Unit.RATIO, 0.9004, 0.9, "the same as before"),
        ("confirmation_p95", Unit.SECONDS, 60, 120, "50 % less than before, better"),
        ("bookings_awaiting_deposit", Unit.COUNT, 4, 2, "100 % more than before"),
        ("deposits_net", Unit.MONEY, -100, 100, "200 % less than before, worse"),
    ],
)
def test_a_change_says_how_much_and_whether_it_is_good(
    key: str, unit: Unit, now: float, before: float, says: str
) -> None:
    assert str(change(key, unit, now, before)) == says


def test_each_currency_has_its_own_reading() -> None:
    net = result("deposits_net", {"EUR": 2000, "GBP": 1125}, {"GBP": 900, "USD": 500})
    assert readings(net, compare=True) == [
        Reading("€20.00", "€0.00", Change("none before", "better")),
        Reading("£11.25", "£9.00", Change("25 % more than before", "better")),
        Reading("US$0.00", "US$5.00", Change("100 % less than before", "worse")),
    ]
    assert [r.value for r in readings(net, compare=False)] == ["€20.00", "£11.25"]
    assert readings(result("deposits_net", {}, {}), compare=True) == [Reading("–", "", None)]


def test_a_line_is_drawn_of_one_currency_and_never_of_two() -> None:
    counts = list(zip(DAYS, (0, 4, 2), strict=True))
    assert points(counts) == "0.0,31.0 60.0,1.0 120.0,16.0"
    assert points(list(zip(DAYS, ({"GBP": 0}, {}, {"GBP": 500}), strict=True))) == "0.0,31.0 60.0,31.0 120.0,1.0"
    assert points(list(zip(DAYS, ({"GBP": 1}, {"EUR": 1}, {}), strict=True))) == ""
    assert points(counts[:1]) == ""


def test_a_finding_says_the_whole_the_change_and_the_highest_day() -> None:
    made = result("bookings_made", 6, 4, (0, 4, 2))
    assert findings.trend(made, compare=True) == (
        "Bookings made: 6, 50 % more than before, better. Highest on Tuesday 10 March 2026: 4."
    )
    assert findings.trend(made, compare=False) == "Bookings made: 6. Highest on Tuesday 10 March 2026: 4."
    fell = result("bookings_made", 0, 4, (0, 0, 0))
    assert findings.trend(fell, compare=True) == "Bookings made: 0, 100 % less than before, worse."
    assert findings.trend(fell, compare=False) == findings.NOTHING
    assert findings.trend(result("bookings_made", 0, 0, (0, 0, 0)), compare=True) == findings.NOTHING


def test_nobody_of_many_is_a_finding_and_nobody_of_none_is_nothing() -> None:
    failed = result("payment_success_rate", 0.0, 0.5, (0.0, None))
    assert findings.trend(failed, compare=True) == (
        "Payments that succeed: 0.0 %, 50.0 points less than before, worse. Highest on Monday 9 March 2026: 0.0 %."
    )
    assert not Chart("k", "h", "", "Day", ["a", "b"], [Line("n", Unit.RATIO, [0.0, None])]).empty
    assert findings.trend(result("payment_success_rate", None, 0.5, (None, None)), compare=True) == findings.NOTHING
    assert Chart("k", "h", "", "Day", ["a", "b"], [Line("n", Unit.RATIO, [None, None])]).empty


def test_findings_of_shares_money_and_the_funnel() -> None:
    assert findings.shares({"expired_card": 3, "insufficient_funds": 1}, "declines") == (
        "“Expired card” is the largest: 3 of 4 declines (75 %)."
    )
    assert findings.shares({"a": 3, "b": 2}, "plays", whole=50) == "“A” is the largest: 3 of 50 plays (6 %)."
    assert findings.money(5000, 1000, 0, 0, 4000, "GBP") == "£50.00 came in and £10.00 went back: £40.00 stays."
    assert findings.money(5000, 1000, 500, 0, 3500, "GBP") == (
        "£50.00 came in, £10.00 went back and £5.00 is held back for disputes: £35.00 stays."
    )
    assert findings.money(5000, 1000, 0, 1500, 2500, "GBP") == (
        "£50.00 came in, £10.00 went back and £15.00 went to dispute fees: £25.00 stays."
    )
    assert findings.money(0, 0, 1125, 1500, -2625, "GBP") == (
        "£0.00 came in, £0.00 went back, £11.25 is held back for disputes and £15.00 went to dispute fees: "
        "-£26.25 stays."
    )
    assert findings.funnel([("Service viewed", 10), ("Booking started", 4), ("Attended", 3)]) == (
        "Of 10 at “Service viewed”, 3 came to “Attended” (30.0 %). "
        "Most leave between “Service viewed” and “Booking started”: 6."
    )
    assert [
        findings.shares({}, "declines"),
        findings.money(0, 0, 0, 0, 0, "GBP"),
        findings.funnel([("Service viewed", 0), ("Attended", 0)]),
    ] == [findings.NOTHING] * 3


def test_only_figures_that_there_are_have_a_good_direction() -> None:
    assert REGISTRY.keys() >= MORE_IS_BETTER | LESS_IS_BETTER | set(LEADING)
    assert not MORE_IS_BETTER & LESS_IS_BETTER
