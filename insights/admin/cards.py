"""The figures to look at first: value, change against the period before, a line of the days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from insights.admin.words import EMPTY, Change, changes, number
from insights.kpis.definition import Unit, Value
from insights.kpis.results import Result
from portal.common.money import formatted

WIDTH, HEIGHT = 120, 32
LEADING: Final = (
    "bookings_made", "deposits_net", "payment_success_rate", "capacity_used", "no_show_rate", "refund_rate",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """One value; money has one for each currency, never added together."""

    value: str
    before: str
    change: Change | None


@dataclass(frozen=True, slots=True)
class Card:
    """One figure on the page. `points` are an SVG polyline's."""

    key: str
    name: str
    meaning: str
    readings: list[Reading]
    points: str


def card(result: Result, *, compare: bool) -> Card:
    """`result` for the page."""
    kpi = result.kpi
    return Card(kpi.key, kpi.name, kpi.meaning, readings(result, compare=compare), points(result.series))


def readings(result: Result, *, compare: bool) -> list[Reading]:
    """The value, or one for each currency of either period; without `compare` nothing is said of the period before."""
    kpi, now, before = result.kpi, result.value, result.previous if compare else None
    if kpi.unit is Unit.MONEY and isinstance(now, Mapping):
        known = before if isinstance(before, Mapping) else {}
        now = {currency: now.get(currency, 0) for currency in sorted({*now, *known})}
    compared = changes(kpi.key, kpi.unit, now, before) if compare and not kpi.now_only else {}
    found = [
        Reading(text, _one(before, kpi.unit, part) if compared else "", compared.get(part))
        for part, text in _parts(now, kpi.unit).items()
    ]
    return found or [Reading(EMPTY, "", None)]


def _parts(value: Value, unit: Unit) -> dict[str, str]:
    if unit is Unit.MONEY and isinstance(value, Mapping):
        return {currency: formatted(amount, currency) for currency, amount in value.items()}
    return {"": _one(value, unit, "")}


def _one(value: Value, unit: Unit, part: str) -> str:
    if isinstance(value, Mapping):
        return formatted(value.get(part, 0), part) if unit is Unit.MONEY else EMPTY
    return EMPTY if value is None else number(value, unit)


def points(series: list[tuple[date, Value]]) -> str:
    """The days as "x,y x,y" within WIDTH and HEIGHT; empty for fewer than two days and for several currencies."""
    currencies = {currency for _, value in series if isinstance(value, Mapping) for currency in value}
    if len(currencies) > 1:
        return ""
    known = [(n, _plain(value)) for n, (_, value) in enumerate(series) if value is not None]
    if len(known) < 2:
        return ""
    most, least = max(0.0, *(value for _, value in known)), min(0.0, *(value for _, value in known))
    step, span = WIDTH / (len(series) - 1), (most - least) or 1
    return " ".join(f"{n * step:.1f},{HEIGHT - 1 - (value - least) / span * (HEIGHT - 2):.1f}" for n, value in known)


def _plain(value: Value) -> float:
    return sum(value.values()) if isinstance(value, Mapping) else value or 0
