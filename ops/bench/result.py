"""What a benchmark found, whether that is good enough, and how much is measured for it."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any, Final, Literal

Pairs = list[tuple[float, float]]  # (ours, peer) of each round
QUICK_SLACK: Final = 2.0  # a short run on a shared machine says only whether something is badly wrong


@dataclass(frozen=True, slots=True)
class Goal:
    """`value` is good at this bound or on the better side of it."""

    bound: float
    better: Literal["higher", "lower"]

    def is_met(self, value: float, slack: float = 1.0) -> bool:
        """Whether `value` is good enough when the bound is eased by `slack`."""
        return value >= self.bound / slack if self.better == "higher" else value <= self.bound * slack


def at_least(bound: float) -> Goal:
    """More is better."""
    return Goal(bound, "higher")


def at_most(bound: float) -> Goal:
    """Less is better."""
    return Goal(bound, "lower")


@dataclass(frozen=True, slots=True)
class Result:
    """One named figure. `ours` and `peer` are what it was made of, in the words of `note`; no goal: reported only."""

    name: str
    value: float
    ours: float
    peer: float
    note: str
    goal: Goal | None = None
    unit: str = "x"

    def is_met(self, slack: float = 1.0) -> bool:
        """Whether the goal is met; True when there is none."""
        return self.goal is None or self.goal.is_met(self.value, slack)

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "value": round(self.value, 3),
            "unit": self.unit,
            "goal": self.goal.bound if self.goal else None,
            "better": self.goal.better if self.goal else None,
            "met": self.is_met(),
            "ours": round(self.ours, 4),
            "peer": round(self.peer, 4),
            "note": self.note,
        }

    def as_line(self, slack: float = 1.0) -> str:
        """For people."""
        sign = {"higher": "≥", "lower": "≤"}
        goal = f"{sign[self.goal.better]} {self.goal.bound:g}" if self.goal else "-"
        verdict = "ok" if self.is_met(slack) else "MISSED"
        figures = f"{self.value:>9.2f} {self.unit:<3} {goal:>7}  {verdict:<6}"
        return f"{self.name:<26} {figures}  {self.ours:.4g} against {self.peer:.4g} {self.note}"


def pairs(ours: Callable[[], float], peer: Callable[[], float], rounds: int) -> Pairs:
    """(ours, peer) of each round; every other round begins with the peer."""
    measured = []
    for number in range(rounds):
        if number % 2:
            theirs = peer()
            measured.append((ours(), theirs))
        else:
            measured.append((ours(), peer()))
    return measured


def medians(measured: Pairs) -> tuple[float, float]:
    """The median of ours and of the peer's."""
    return median(mine for mine, _ in measured), median(theirs for _, theirs in measured)


def median_ratio(measured: Pairs) -> float:
    """The median of ours ÷ peer, pair by pair."""
    return median(mine / theirs for mine, theirs in measured)


@dataclass(frozen=True, slots=True)
class Size:
    """`events` and `events_stock` a round; `seconds` of a timed round; `pairs` of timed rounds; rows to make."""

    rounds: int = 5
    events: int = 4000
    events_stock: int = 500
    seconds: int = 5
    pairs: int = 7
    local_intents: int = 1_000_000
    looped_rows: int = 20_000
    remote_intents: int = 100_000
    bookings: int = 5_000_000


FULL: Final = Size()
QUICK: Final = Size(1, 600, 80, 2, 1, local_intents=150_000, looped_rows=1_000, remote_intents=5_000, bookings=20_000)
