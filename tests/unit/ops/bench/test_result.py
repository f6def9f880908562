"""A goal is judged on its right side, and a table line says what is missed."""

import pytest

from ops.bench.__main__ import main
from ops.bench.result import Result, at_least, at_most, median_ratio, medians, pairs


@pytest.mark.parametrize(
    ("goal", "value", "met"),
    [(at_least(10), 10, True), (at_least(10), 9.99, False), (at_most(1.3), 1.3, True), (at_most(1.3), 1.31, False)],
)
def test_a_goal_is_met_on_its_better_side(goal, value, met) -> None:
    assert Result("name", value, value, 1, "rows/s", goal).is_met() is met


@pytest.mark.parametrize(("goal", "value"), [(at_least(10), 5), (at_most(1.3), 2.6)])
def test_a_short_run_is_judged_with_slack(goal, value) -> None:
    result = Result("name", value, value, 1, "rows/s", goal)
    assert (result.is_met(2), result.is_met(1.99)) == (True, False)


def test_what_is_only_reported_is_never_missed() -> None:
    assert Result("name", 0.01, 1, 100, "rows/s").is_met()


def test_the_line_and_the_json_name_goal_and_verdict() -> None:
    result = Result("ingest", 8, 800, 100, "events/s", at_least(10))
    assert "≥ 10" in result.as_line()
    assert "MISSED" in result.as_line()
    assert result.as_json() == {
        "value": 8, "unit": "x", "goal": 10, "better": "higher", "met": False, "ours": 800, "peer": 100,
        "note": "events/s",
    }  # fmt: skip


def test_rounds_take_turns_in_who_begins() -> None:
    order = []
    measured = pairs(lambda: order.append("ours") or 2.0, lambda: order.append("peer") or 1.0, 3)
    assert order == ["ours", "peer", "peer", "ours", "ours", "peer"]
    assert measured == [(2.0, 1.0)] * 3


def test_medians_and_ratios_are_of_the_pairs() -> None:
    measured = [(1.0, 1.0), (4.0, 2.0), (30.0, 10.0)]
    assert medians(measured) == (4.0, 2.0)
    assert median_ratio(measured) == 2.0


def test_an_unknown_name_is_refused_with_those_that_there_are(monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.argv", ["ops.bench", "ingest_vs_everything"])
    with pytest.raises(SystemExit) as refused:
        main()
    assert refused.value.code == 2
    assert "no benchmark is called ingest_vs_everything; there are ingest_vs_stock" in capsys.readouterr().err
