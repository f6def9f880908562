"""The dashboard's content, made from one answer: cards at the top, then sections of charts and tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from django.utils.translation import gettext_lazy as _

from insights.admin import chart_builders as charts
from insights.admin import drilldown
from insights.admin.chart_builders import Answer, Chart, ChartBuilder
from insights.formatting import EMPTY, Change, changes, label_of, number
from insights.kpis.definition import Kpi, Text, Unit, Value
from insights.kpis.registry import GROUPS, leading_kpis
from insights.kpis.results import Result
from portal.common.money import formatted

WIDTH, HEIGHT = 120, 32


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: the registry's groups whose KPIs it lists, and its charts."""

    key: str
    name: Text
    groups: tuple[str, ...]
    charts: tuple[ChartBuilder, ...] = ()


SECTIONS: Final = (
    Section(
        "bookings",
        _("Bookings"),
        ("Bookings", "Time to confirm"),
        (
            partial(charts.trend, "bookings_made", _("Bookings per day"), listing=drilldown.BOOKINGS, compared=True),
            charts.statuses,
        ),
    ),
    Section("funnel", _("Booking funnel"), ("Booking funnel",), (charts.funnel,)),
    Section(
        "payments",
        _("Payments"),
        ("Payments",),
        (
            charts.deposits,
            partial(
                charts.trend,
                "payment_success_rate",
                _("Payment success rate"),
                listing=drilldown.PAYMENTS,
                compared=True,
            ),
            partial(
                charts.breakdown,
                "declines_by_reason",
                _("Declines by reason"),
                _("Reason"),
                _("declines"),
                link=charts.declined_attempts,
            ),
        ),
    ),
    Section(
        "sessions",
        _("Sessions"),
        ("Sessions",),
        (
            partial(charts.trend, "capacity_used", _("Occupancy"), listing=drilldown.SESSIONS),
            partial(charts.trend, "no_show_rate", _("No-show rate"), listing=drilldown.ATTENDANCE),
        ),
    ),
    Section(
        "library",
        _("Media library"),
        ("Media",),
        (
            partial(charts.trend, "media_plays", _("Plays per day"), compared=True),
            partial(charts.trend, "media_watch_time", _("Watch time per day")),
            partial(
                charts.breakdown,
                "media_top",
                _("Most popular items"),
                _("Item"),
                _("plays and downloads"),
                titles=charts.media_titles,
                total=("media_plays", "media_downloads"),
            ),
        ),
    ),
    Section("emails", _("Emails"), ("Notifications",), (charts.emails,)),
    Section(
        "operations",
        _("Stripe and reconciliation"),
        ("Stripe and reconciliation",),
        (partial(charts.trend, "webhook_lag_p95", _("Webhook lag"), listing=drilldown.EVENTS),),
    ),
)


def all_sections() -> tuple[Section, ...]:
    """The page's, then one for each group of the registry that none of them covers."""
    covered = {group for section in SECTIONS for group in section.groups}
    rest = (name for name in GROUPS if name not in covered)
    return (*SECTIONS, *(Section(name.lower().replace(" ", "-"), name, (name,)) for name in rest))


@dataclass(frozen=True, slots=True)
class Reading:
    """One value as text, and the previous one; money has one reading for each currency, never added together."""

    value: str
    before: str = ""
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A leading KPI. `points` are an SVG polyline's."""

    kpi: Kpi
    readings: list[Reading]
    points: str


@dataclass(frozen=True, slots=True)
class KpiRow:
    """A KPI in its section's table."""

    kpi: Kpi
    readings: list[Reading]


@dataclass(frozen=True, slots=True)
class RenderedSection:
    """A section with its charts drawn and the table of all its KPIs."""

    key: str
    name: Text
    charts: list[Chart]
    rows: list[KpiRow]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the page, its spreadsheets and its printout show."""

    cards: list[Card]
    parts: list[RenderedSection]
    empty: bool

    @property
    def charts(self) -> list[Chart]:
        """Every chart, in the page's order."""
        return [chart for part in self.parts for chart in part.charts]


def page_of(answer: Answer) -> Page:
    """The dashboard's content for `answer`."""
    results, compare = answer.results, answer.compare
    parts = [
        RenderedSection(
            section.key,
            section.name,
            [chart for build in section.charts for chart in build(answer)],
            rows(section.groups, results, compare=compare),
        )
        for section in all_sections()
    ]
    leading = (results[key] for key in leading_kpis())
    cards = [Card(result.kpi, readings(result, compare=compare), points(result.series)) for result in leading]
    return Page(cards, parts, not any(result.value for result in results.values()))


def rows(groups: Sequence[str], results: Mapping[str, Result], *, compare: bool) -> list[KpiRow]:
    """Every KPI of `groups`."""
    kpis = [kpi for group in groups for kpi in GROUPS[group]]
    return [KpiRow(kpi, readings(results[kpi.key], compare=compare)) for kpi in kpis]


def readings(result: Result, *, compare: bool) -> list[Reading]:
    """The value; for money one for each currency of either period, for a breakdown one for each name."""
    kpi, now, before = result.kpi, result.value, result.previous if compare else None
    if kpi.unit is Unit.BREAKDOWN and isinstance(now, Mapping):
        return [Reading(f"{label_of(name)}: {count:,}") for name, count in now.items()] or [Reading(EMPTY)]
    if kpi.unit is Unit.MONEY and isinstance(now, Mapping):
        known = before if isinstance(before, Mapping) else {}
        now = {currency: now.get(currency, 0) for currency in sorted({*now, *known})}
    compared = changes(kpi, now, before) if compare and not kpi.now_only else {}
    texts = _texts(now, kpi.unit)
    return [_reading(text, before, kpi.unit, part, compared) for part, text in texts.items()] or [Reading(EMPTY)]


def _reading(text: str, before: Value, unit: Unit, part: str, compared: Mapping[str, Change]) -> Reading:
    change = compared.get(part)
    return Reading(text, _text(before, unit, part) if change and change.comparable else "", change)


def _texts(value: Value, unit: Unit) -> dict[str, str]:
    if unit is Unit.MONEY and isinstance(value, Mapping):
        return {currency: formatted(amount, currency) for currency, amount in value.items()}
    return {"": _text(value, unit, "")}


def _text(value: Value, unit: Unit, part: str) -> str:
    if isinstance(value, Mapping):
        return formatted(value.get(part, 0), part) if unit is Unit.MONEY else EMPTY
    return EMPTY if value is None else number(value, unit)


def points(series: list[tuple[date, Value]]) -> str:
    """The days as "x,y x,y" within WIDTH and HEIGHT; empty for fewer than two days and for several currencies."""
    currencies = {currency for _day, value in series if isinstance(value, Mapping) for currency in value}
    if len(currencies) > 1:
        return ""
    known = [(n, _plain(value)) for n, (_day, value) in enumerate(series) if value is not None]
    if len(known) < 2:
        return ""
    most, least = max(0.0, *(value for _n, value in known)), min(0.0, *(value for _n, value in known))
    step, span = WIDTH / (len(series) - 1), (most - least) or 1
    return " ".join(f"{n * step:.1f},{HEIGHT - 1 - (value - least) / span * (HEIGHT - 2):.1f}" for n, value in known)


def _plain(value: Value) -> float:
    return sum(value.values()) if isinstance(value, Mapping) else value or 0
