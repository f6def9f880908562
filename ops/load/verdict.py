"""What a scenario's measurements say: each in words, and everything that is wrong with it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ops.load.k6 import BREACHED, Ran
from ops.load.limits import CDN_SHARE, WAYS, Measurement


@dataclass(frozen=True, slots=True)
class Line:
    """One measurement of a run; `value` is None when nothing was measured, `at_most` when it is only shown."""

    scenario: str
    name: str
    value: float | None
    at_most: float | None
    unit: str

    @property
    def problem(self) -> str:
        """What is wrong with it, empty when nothing is."""
        if self.value is None:
            return f"{self.scenario}: {self.name} was never measured"
        if self.at_most is not None and self.value > self.at_most:
            return f"{self.scenario}: {self.name} is {self.value:.4g} {self.unit}, more than {self.at_most:.4g}"
        return ""

    def as_json(self) -> dict[str, Any]:
        """For summary.json."""
        return {**asdict(self), "problem": self.problem}


def judged(name: str, ran: Ran, measurements: Sequence[Measurement], ease: float = 1) -> tuple[list[Line], list[str]]:
    """A scenario's lines and its problems: breaches, measurements without samples, a script that failed.

    `measurements` are eased already; `ease` is for what is worked out here.
    """
    lines = [Line(name, f.name, _value(ran, f), f.at_most, f.unit) for f in measurements]
    lines += _share(name, ran, CDN_SHARE * ease)
    problems = [line.problem for line in lines if line.problem]
    if ran.status not in (0, BREACHED):
        problems.append(f"{name}: k6 ended with {ran.status}: {_last_words(ran.said)}")
    elif ran.status == BREACHED and not problems:
        problems.append(f"{name}: k6 says that a limit is breached")
    return lines, problems


def _value(ran: Ran, measurement: Measurement) -> float | None:
    """k6 reports 0 for what it never measured; only a count tells."""
    told = ran.metrics.get(measurement.metric)
    if told is None or told.get("count", 1) == 0 or told.get("passes", 1) + told.get("fails", 0) == 0:
        return None
    return told.get(measurement.statistic)


def _share(name: str, ran: Ran, at_most: float) -> list[Line]:
    """Playback through the CDN beside playback without it, when both were measured."""
    cdn, portal = (ran.metrics.get(metric, {}) for metric in (WAYS["cdn"], WAYS["portal"]))
    if name != "media" or not cdn.get("count") or not portal.get("count"):
        return []
    return [Line(name, "playback_cdn / playback_portal p(95)", cdn["p(95)"] / portal["p(95)"], at_most, "x")]


def _last_words(said: str) -> str:
    errors = [line for line in said.splitlines() if "level=error" in line]
    return (errors or said.splitlines() or ["it said nothing"])[-1][:300]
