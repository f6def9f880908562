"""Figures as people read them: value, change, a line of the days, a table."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from insights.kpis.definition import Unit, Value
from insights.kpis.registry import GROUPS
from insights.kpis.results import Result
from portal.common.money import formatted

WIDTH, HEIGHT = 120, 32
EMPTY: Final = "–"


@dataclass(frozen=True, slots=True)
class Card:
    """One figure on the page. `points` are an SVG polyline's; `rows` the same figure day by day, or by name."""

    key: str
    name: str
    meaning: str
    value: str
    previous: str
    change: str
    points: str
    rows: list[tuple[date | str, str]]
    all_services: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A group of figures."""

    name: str
    cards: list[Card]


def sections(results: dict[str, Result]) -> list[Section]:
    """Every figure, in the registry's groups."""
    return [Section(name, [card(results[kpi.key]) for kpi in kpis]) for name, kpis in GROUPS.items()]


def card(result: Result) -> Card:
    """`result` for the page."""
    kpi = result.kpi
    if kpi.unit is Unit.BREAKDOWN and not isinstance(result.value, int | float | None):
        rows: list[tuple[date | str, str]] = [(name, f"{found:,}") for name, found in result.value.items()]
    else:
        rows = [(day, shown(value, kpi.unit)) for day, value in result.series]
    return Card(
        key=kpi.key,
        name=kpi.name,
        meaning=kpi.meaning,
        value=shown(result.value, kpi.unit),
        previous="" if kpi.now_only else shown(result.previous, kpi.unit),
        change=change(result),
        points=points(result.series),
        rows=rows,
        all_services=not kpi.per_service,
    )


def shown(value: Value, unit: Unit) -> str:
    """12,345; 54.3 %; 5 minutes; £11.25 · €20.00; the first of a breakdown."""
    if value is None:
        return EMPTY
    if isinstance(value, int | float):
        if unit is Unit.RATIO:
            return f"{value * 100:.1f} %"
        return _time(int(value)) if unit is Unit.SECONDS else f"{value:,}"
    if unit is Unit.MONEY:
        return " · ".join(formatted(amount, currency) for currency, amount in value.items()) or EMPTY
    return next(iter(value), EMPTY)


def _time(seconds: int) -> str:
    for name, length in (("hour", 3600), ("minute", 60), ("second", 1)):
        if seconds >= length:
            count = round(seconds / length)
            return f"{count} {name}{'' if count == 1 else 's'}"
    return "0 seconds"


def change(result: Result) -> str:
    """Against the period before, in words; empty when the two cannot be compared."""
    now, before = result.value, result.previous
    if not isinstance(now, int | float) or not isinstance(before, int | float):
        return ""
    if result.kpi.unit is Unit.RATIO:
        points_changed = round((now - before) * 100, 1)
        return f"{points_changed:+.1f} points" if points_changed else "no change"
    if now == before:
        return "no change"
    return f"{(now - before) / before * 100:+.0f} %" if before else "from none"


def points(series: list[tuple[date, Value]]) -> str:
    """The days as "x,y x,y" within WIDTH and HEIGHT; empty for money and for fewer than two days."""
    known = [(n, value) for n, (_, value) in enumerate(series) if isinstance(value, int | float)]
    if len(known) < 2:
        return ""
    most = max(value for _, value in known) or 1
    step = WIDTH / max(len(series) - 1, 1)
    return " ".join(f"{n * step:.1f},{HEIGHT - 1 - value / most * (HEIGHT - 2):.1f}" for n, value in known)
