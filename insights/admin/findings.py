"""What a chart shows, in a sentence that can be read instead of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

from insights.admin.words import changes, day_named, named, number, shown
from insights.kpis.definition import Unit
from insights.kpis.results import Result
from portal.common.money import formatted

NOTHING = "Nothing to show for these days."


def trend(result: Result, *, compare: bool) -> str:
    """A figure day by day: the whole, the change, and its highest day."""
    kpi = result.kpi
    known = [(day, value) for day, value in result.series if isinstance(value, int | float)]
    something = any(value or kpi.unit is Unit.RATIO for _, value in known)  # no share of something is a finding
    compared = changes(kpi.key, kpi.unit, result.value, result.previous).get("") if compare else None
    if not something and not (compared and result.previous):
        return NOTHING
    whole = f"{kpi.name}: {shown(result.value, kpi.unit)}" + (f", {compared}" if compared else "")
    return f"{whole}. {_highest(known, kpi.unit)}" if something else f"{whole}."


def _highest(known: Sequence[tuple[date, float]], unit: Unit) -> str:
    day, most = max(known, key=lambda pair: pair[1])
    return f"Highest on {day_named(day)}: {number(most, unit)}."


def money(taken: int, refunded: int, disputed: int, fees: int, net: int, currency: str) -> str:
    """Deposits of one currency, in minor units."""
    if not (taken or refunded or disputed or fees):
        return NOTHING
    came, back, held, cost, stays = (formatted(amount, currency) for amount in (taken, refunded, disputed, fees, net))
    if disputed and fees:
        return (
            f"{came} came in, {back} went back, {held} is held back for disputes and {cost} went to dispute fees: "
            f"{stays} stays."
        )
    if fees:
        return f"{came} came in, {back} went back and {cost} went to dispute fees: {stays} stays."
    if disputed:
        return f"{came} came in, {back} went back and {held} is held back for disputes: {stays} stays."
    return f"{came} came in and {back} went back: {stays} stays."


def shares(
    parts: Mapping[str, int], what: str, called: Mapping[str, str] | None = None, whole: float | None = None
) -> str:
    """The largest part of a breakdown; `called` has the names of codes that are not read as words, `whole` is given
    where `parts` are not all."""
    whole = sum(parts.values()) if whole is None else whole
    if not whole:
        return NOTHING
    name, most = max(parts.items(), key=lambda pair: pair[1])
    name = (called or {}).get(name) or named(name)
    return f"“{name}” is the largest: {most:,} of {whole:,} {what} ({most / whole * 100:.0f} %)."


def funnel(steps: Sequence[tuple[str, int]]) -> str:
    """From the first step to the last, and where most are lost."""
    (first, begun), (last, ended) = steps[0], steps[-1]
    if not begun:
        return NOTHING
    losses = [(a - b, before, after) for (before, a), (after, b) in pairwise(steps)]
    most, before, after = max(losses)
    whole = f"Of {begun:,} at “{first}”, {ended:,} came to “{last}” ({ended / begun * 100:.1f} %)."
    return f"{whole} Most leave between “{before}” and “{after}”: {most:,}." if most > 0 else whole


def reminders(sent: Result, failed: Result, completion: Result) -> str:
    """E-mails, and whether the reminder to pay was followed."""
    if not sent.value and not failed.value:
        return NOTHING
    words = f"{shown(sent.value, Unit.COUNT)} e-mails were sent, {shown(failed.value, Unit.COUNT)} failed."
    if completion.value is None:
        return words
    return f"{words} After a reminder, {shown(completion.value, Unit.RATIO)} of the deposits were paid."
