"""Values, changes and summaries as people read them."""

from datetime import date
from typing import Any

import pytest

from insights.admin import summaries
from insights.admin.chart_builders import Chart, ChartSeries
from insights.admin.page import Reading, points, readings
from insights.formatting import Change, change, duration, durations, label_of, rounded, shown
from insights.kpis.definition import Unit
from insights.kpis.registry import REGISTRY, leading_kpis
from insights.kpis.results import Result

DAYS = [date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 11)]


def result(key: str, value: Any, previous: Any = None, series: tuple[Any, ...] = ()) -> Result:
    return Result(REGISTRY[key], value, lambda: previous, lambda: list(zip(DAYS, series, strict=False)))


def test_values_read_as_people_write_them() -> None:
    assert shown(12345, Unit.COUNT) == "12,345"
    assert shown(0.5432, Unit.RATIO) == "54.3%"
    spans = {0: "0 seconds", 1: "1 second", 100: "1 minute 40 seconds", 300: "5 minutes", 3601: "1 hour"}
    spans |= {5430: "1 hour 30 minutes", 3_600_060: "1,000 hours 1 minute"}
    assert {seconds: shown(seconds, Unit.SECONDS) for seconds in spans} == spans
    assert (duration(1.9), durations([None, 7325])) == ("1 second", [None, "2 hours 2 minutes"])
    assert shown({"EUR": 2000, "GBP": 1125}, Unit.MONEY) == "€20.00 · £11.25"
    assert shown(None, Unit.RATIO) == "–"
    assert label_of("insufficient_funds") == "Insufficient funds"


def test_values_in_sentences_are_rounded() -> None:
    shares = {0: "0%", 0.042: "4.2%", 0.09: "9%", 0.0996: "10%", 0.31: "31%", 1: "100%"}
    assert {value: rounded(value, Unit.RATIO) for value in shares} == shares
    assert (rounded(1234.4, Unit.COUNT), rounded(89.6, Unit.SECONDS)) == ("1,234", "1 minute 30 seconds")


@pytest.mark.parametrize(
    ("key", "now", "before", "says"),
    [
        ("bookings_made", 3, 2, "Up 50%, better"),
        ("declines", 3, 2, "Up 50%, worse"),
        ("declines", 1, 2, "Down 50%, better"),
        ("bookings_made", 2, 2, "No change"),
        ("bookings_made", 2, 0, "No earlier data"),
        ("bookings_made", 10_001, 10_000, "Up less than 1%, better"),
        ("bookings_made", 971, 5, "194 times as much, better"),
        ("declines", 20, 2, "10 times as much, worse"),
        ("declines", 19, 2, "Up 850%, worse"),
        ("refund_rate", 0.25, 0.2, "Up 5.0 points, worse"),
        ("refund_rate", 0.9004, 0.9, "No change"),
        ("confirmation_p95", 60, 120, "Down 50%, better"),
        ("bookings_awaiting_deposit", 4, 2, "Up 100%"),
        ("deposits_net", -100, 100, "Down 200%, worse"),
    ],
)
def test_a_change_says_how_much_and_whether_it_is_good(key: str, now: float, before: float, says: str) -> None:
    assert str(change(REGISTRY[key], now, before)) == says


def test_each_currency_has_its_own_reading() -> None:
    net = result("deposits_net", {"EUR": 2000, "GBP": 1125}, {"GBP": 900, "USD": 500})
    assert readings(net, compare=True) == [
        Reading("€20.00", "", Change("No earlier data", comparable=False)),
        Reading("£11.25", "£9.00", Change("Up 25%", "better")),
        Reading("US$0.00", "US$5.00", Change("Down 100%", "worse")),
    ]
    assert [r.value for r in readings(net, compare=False)] == ["€20.00", "£11.25"]
    assert readings(result("deposits_net", {}, {}), compare=True) == [Reading("–")]


def test_a_line_is_drawn_of_one_currency_and_never_of_two() -> None:
    counts = list(zip(DAYS, (0, 4, 2), strict=True))
    assert points(counts) == "0.0,31.0 60.0,1.0 120.0,16.0"  # type: ignore[arg-type]
    assert points(list(zip(DAYS, ({"GBP": 0}, {}, {"GBP": 500}), strict=True))) == "0.0,31.0 60.0,31.0 120.0,1.0"
    assert points(list(zip(DAYS, ({"GBP": 1}, {"EUR": 1}, {}), strict=True))) == ""
    assert points(counts[:1]) == ""  # type: ignore[arg-type]


def test_a_trend_is_summarised_by_its_value_its_change_and_its_highest_day() -> None:
    made = result("bookings_made", 6, 4, (0, 4, 2))
    assert summaries.trend(made, compare=True) == (
        "Bookings made: 6. Up 50%, better. Highest on Tuesday 10 March 2026: 4."
    )
    assert summaries.trend(made, compare=False) == "Bookings made: 6. Highest on Tuesday 10 March 2026: 4."
    fell = result("bookings_made", 0, 4, (0, 0, 0))
    assert summaries.trend(fell, compare=True) == "Bookings made: 0. Down 100%, worse."
    assert summaries.trend(fell, compare=False) == summaries.NOTHING
    assert summaries.trend(result("bookings_made", 0, 0, (0, 0, 0)), compare=True) == summaries.NOTHING


def test_none_of_many_is_a_value_and_none_of_none_is_nothing() -> None:
    failed = result("payment_success_rate", 0.0, 0.5, (0.0, None))
    assert summaries.trend(failed, compare=True) == (
        "Payment success rate: 0.0%. Down 50.0 points, worse. Highest on Monday 9 March 2026: 0.0%."
    )
    assert not Chart("k", "h", "", "Day", ["a", "b"], [ChartSeries("n", Unit.RATIO, [0.0, None])]).empty
    assert summaries.trend(result("payment_success_rate", None, 0.5, (None, None)), compare=True) == summaries.NOTHING
    assert Chart("k", "h", "", "Day", ["a", "b"], [ChartSeries("n", Unit.RATIO, [None, None])]).empty


def test_summaries_of_breakdowns_deposits_and_the_funnel() -> None:
    assert summaries.largest([("Expired card", 3), ("Insufficient funds", 1)], "declines") == (
        "Most common: “Expired card”, 3 of 4 declines (75%)."
    )
    assert summaries.largest([("A", 3), ("B", 2)], "plays", total=50) == "Most common: “A”, 3 of 50 plays (6%)."
    assert summaries.deposits(5000, 1000, 0, 0, 4000, "GBP") == "£50.00 taken, £10.00 refunded: £40.00 net."
    assert summaries.deposits(5000, 1000, 500, 0, 3500, "GBP") == (
        "£50.00 taken, £10.00 refunded, £5.00 disputed: £35.00 net."
    )
    assert summaries.deposits(5000, 1000, 0, 1500, 2500, "GBP") == (
        "£50.00 taken, £10.00 refunded, £15.00 in dispute fees: £25.00 net."
    )
    assert summaries.deposits(0, 0, 1125, 1500, -2625, "GBP") == (
        "£0.00 taken, £0.00 refunded, £11.25 disputed, £15.00 in dispute fees: -£26.25 net."
    )
    assert summaries.funnel([("Service viewed", 10), ("Booking started", 4), ("Attended", 3)]) == (
        "Of 10 at “Service viewed”, 3 reached “Attended” (30.0%). "
        "The biggest drop-off is between “Service viewed” and “Booking started”: 6."
    )
    assert [
        summaries.largest([], "declines"),
        summaries.deposits(0, 0, 0, 0, 0, "GBP"),
        summaries.funnel([("Service viewed", 0), ("Attended", 0)]),
    ] == [summaries.NOTHING] * 3


def test_the_cards_at_the_top_have_an_order_and_the_rest_have_none() -> None:
    positions = sorted(kpi.leading for kpi in REGISTRY.values() if kpi.leading)
    assert positions == [1, 2, 3, 4, 5, 6]
    assert leading_kpis() == [
        "bookings_made", "deposits_net", "payment_success_rate", "capacity_used", "no_show_rate", "refund_rate",
    ]  # fmt: skip
