"""A run is decided by what was measured: a breach, nothing measured, or a script that failed is a problem."""

import pytest

from ops.load.k6 import Ran, _values
from ops.load.limits import SCENARIOS, Measurement, measurements_of, none, p95
from ops.load.verdict import judged

MEASUREMENTS = (none("booking_failed"), p95("deposit_page", 300))
FINE: dict[str, dict[str, float]] = {
    "booking_failed": {"rate": 0, "passes": 0, "fails": 40},
    "deposit_page": {"p(95)": 300.0, "count": 40},
}


def problems(
    metrics: dict[str, dict[str, float]],
    status: int = 0,
    said: str = "",
    measurements: tuple[Measurement, ...] = MEASUREMENTS,
) -> list[str]:
    return judged("booking", Ran(status, metrics, said), measurements)[1]


def test_a_limit_may_be_reached() -> None:
    assert problems(FINE) == []


def test_a_breach_is_told_with_its_figure() -> None:
    slow = FINE | {"deposit_page": {"p(95)": 301.5, "count": 40}}
    assert problems(slow, status=99) == ["booking: deposit_page p(95) is 301.5 ms, more than 300"]


def test_one_failure_of_many_is_a_breach() -> None:
    failing = FINE | {"booking_failed": {"rate": 0.025, "passes": 1, "fails": 39}}
    assert problems(failing) == ["booking: booking_failed rate is 0.025 of all, more than 0"]


@pytest.mark.parametrize(
    "empty",
    [
        {"booking_failed": FINE["booking_failed"]},
        FINE | {"deposit_page": {"p(95)": 0, "count": 0}},
        FINE | {"booking_failed": {"rate": 0, "passes": 0, "fails": 0}},
    ],
)
def test_what_was_never_measured_is_not_met(empty: dict[str, dict[str, float]]) -> None:
    (told,) = problems(empty)
    assert told.endswith("was never measured")


def test_a_script_that_k6_cannot_run_fails_the_run_with_its_last_error() -> None:
    said = "starting\nlevel=error msg=first\nlevel=error msg=TypeError\nbye"
    assert problems(FINE, status=107, said=said) == ["booking: k6 ended with 107: level=error msg=TypeError"]


def test_a_breach_that_only_k6_saw_is_one() -> None:
    assert problems(FINE, status=99) == ["booking: k6 says that a limit is breached"]


def test_playback_through_the_cdn_is_compared_with_playback_without_it() -> None:
    measurements = (p95("playback_cdn"), p95("playback_portal"))
    measured = {"playback_cdn": {"p(95)": 31.0, "count": 9}, "playback_portal": {"p(95)": 100.0, "count": 9}}
    lines, told = judged("media", Ran(0, measured, ""), measurements)
    assert (lines[-1].value, lines[-1].at_most) == (0.31, 0.3)
    assert told == ["media: playback_cdn / playback_portal p(95) is 0.31 x, more than 0.3"]
    assert len(judged("media", Ran(0, measured | {"playback_portal": {}}, ""), measurements)[0]) == 2


def test_easing_stretches_times_and_forgives_no_error() -> None:
    eased = {
        measurement.metric: measurement.at_most for measurement in measurements_of("booking", ways=("portal",), ease=3)
    }
    assert (eased["deposit_page"], eased["payment_confirmed"], eased["booking_failed"]) == (900, 6000, 0)


def test_without_the_cdn_nothing_of_it_has_to_be_measured() -> None:
    def measured(*ways: str) -> set[str]:
        return {measurement.metric for measurement in measurements_of("media", ways=ways)}

    assert measured("cdn", "portal") - measured("portal") == {"playback_cdn", "cdn_hits"}
    assert measured("cdn", "portal") - measured("cdn") == {"playback_portal"}


def test_the_targets_are_those_of_the_plan() -> None:
    limits = {f.metric: f.at_most for scenario in SCENARIOS.values() for f in scenario.measurements}
    targets = {
        "booking_failed": 0, "deposit_page": 300, "payment_confirmed": 2000, "ledger_done_seconds": 120,
        "events_lost": 0, "dashboard_page": 500, "dashboard_data": 500,
    }  # fmt: skip
    assert {metric: limits[metric] for metric in targets} == targets


def test_k6_calls_a_share_of_failures_a_value() -> None:
    assert _values({"passes": 1, "fails": 3, "value": 0.25, "thresholds": {}})["rate"] == 0.25
    assert _values({"value": 7, "min": 1, "max": 7}) == {"value": 7, "min": 1, "max": 7}
