"""KPIs of the booking funnel: how many reach each stage, and how many of them go on to the next."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Final

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from insights.kpis.aggregates import Aggregates
from insights.kpis.definition import Direction, Kpi, Text, Unit, Watch, ratio, share_sample

_kpi = partial(Kpi, owner="Digital")


@dataclass(frozen=True, slots=True)
class Stage:
    """`column` counts it; `anomaly` is how few who went on to this stage are reported, where that is watched."""

    name: Text
    column: str
    meaning: Text
    anomaly: Text = ""


STAGES: Final[Mapping[str, Stage]] = {
    "viewed": Stage(
        _("Service viewed"), "viewed_events", _("The booking page was opened, for one service or to choose one.")
    ),
    "started": Stage(
        _("Booking started"),
        "started_events",
        _("The booking form was sent."),
        _("Only {value} of people who viewed a service started a booking."),
    ),
    "deposit_page": Stage(
        _("Deposit page opened"),
        "reached_deposit_page",
        _("The page for paying the deposit was opened."),
        _("Only {value} of people who started a booking opened the deposit page."),
    ),
    "attempt": Stage(
        _("Payment attempted"),
        "reached_attempt",
        _("A card was tried, or the deposit was paid another way."),
        _("Only {value} of people who opened the deposit page tried to pay."),
    ),
    "paid": Stage(
        _("Deposit paid"),
        "reached_paid",
        _("The deposit is in the ledger."),
        _("Only {value} of people who tried to pay paid the deposit."),
    ),
    "attended": Stage(_("Attended"), "reached_attended", _("The deposit was paid and the session attended.")),
}
_EVENT_STAGES: Final = {"viewed": "funnel_started", "started": "bookings_made"}  # and what they are at least


def reached(aggregates: Aggregates, stage: str) -> int:
    """How many reached `stage`.

    People who decline analytics leave no event, so the first two stages count at least those known to have gone
    further.
    """
    counts = aggregates.counts
    if stage in _EVENT_STAGES:
        started = max(counts["started_events"], counts["booked"])
        return started if stage == "started" else max(counts["viewed_events"], started)
    return counts[STAGES[stage].column]


def _stage_kpi(key: str) -> Kpi:
    stage, least = STAGES[key], _EVENT_STAGES.get(key)
    column = stage.column
    return _kpi(
        key=f"funnel_{key}",
        name=format_lazy(_("Funnel: {stage}"), stage=stage.name),
        meaning=format_lazy(
            "{meaning} {counted}",
            meaning=stage.meaning,
            counted=_("Counted on the day of the first step, whenever the later ones follow."),
        ),
        formula=f"max(sum of {column}, {least})" if least else f"sum of {column} of bookings made in the period",
        unit=Unit.COUNT,
        source="portal.activity ActivityEvent" if least else "portal.bookings Booking and payments Payment",
        query=lambda aggregates: reached(aggregates, key),
    )


def _conversion_kpi(before: str, after: str) -> Kpi:
    names = {"before": STAGES[before].name, "after": STAGES[after].name}
    return _kpi(
        key=f"conversion_{after}",
        name=format_lazy(_("Conversion: {before} to {after}"), **names),
        meaning=format_lazy(_("Of those who reached “{before}”, the share that went on to “{after}”."), **names),
        formula=f"funnel_{after} ÷ funnel_{before}",
        unit=Unit.RATIO,
        source=f"funnel_{after}, funnel_{before}",
        direction=Direction.HIGHER_IS_BETTER,
        watched=_conversion_watch(before, after),
        query=lambda aggregates: ratio(reached(aggregates, after), reached(aggregates, before)),
    )


def _conversion_watch(before: str, after: str) -> Watch | None:
    if not (message := STAGES[after].anomaly):
        return None
    return Watch(
        message=message,
        sample=lambda aggregates: share_sample(reached(aggregates, after), reached(aggregates, before)),
    )


FUNNEL: Final = (
    *map(_stage_kpi, STAGES),
    *(_conversion_kpi(before, after) for before, after in pairwise(STAGES)),
)
