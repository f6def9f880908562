"""Rounds of two contestants in turn: what the machine does meanwhile hits both."""

from collections.abc import Callable
from statistics import median


def pairs(ours: Callable[[], float], peer: Callable[[], float], rounds: int) -> list[tuple[float, float]]:
    """(ours, peer) of each round; every other round begins with the peer."""
    measured = []
    for number in range(rounds):
        if number % 2:
            theirs = peer()
            measured.append((ours(), theirs))
        else:
            mine = ours()
            measured.append((mine, peer()))
    return measured


def medians(measured: list[tuple[float, float]]) -> tuple[float, float]:
    """The median of ours and of the peer's."""
    return median(mine for mine, _ in measured), median(theirs for _, theirs in measured)


def median_ratio(measured: list[tuple[float, float]]) -> float:
    """The median of ours ÷ peer, pair by pair."""
    return median(mine / theirs for mine, theirs in measured)
