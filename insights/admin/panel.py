"""Today on the admin's home page: four figures, and what is unusual."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.forms import Media
from django.utils.functional import cached_property
from wagtail.admin.ui.components import Component

from insights.admin.alerts import alerts
from insights.admin.cards import Reading, readings
from insights.kpis.filters import Filter
from insights.kpis.results import Result, answer
from portal.common import clock

TODAY: Final = {
    "bookings_made": "Bookings made",
    "deposits_net": "Deposits, net",
    "payment_success_rate": "Payments that succeed",
    "capacity_used": "Places used",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of today, without a comparison: the day is not over."""

    name: str
    readings: list[Reading]


class TodayPanel(Component):
    """For whoever may see figures."""

    order = 20
    template_name = "insights/admin/today_panel.html"

    @cached_property
    def media(self) -> Media:
        return Media(css={"all": ("insights/css/dashboard.css",)})

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        viewer = parent_context["request"].user if parent_context else None
        return {"figures": figures_of_today(), "alerts": alerts(viewer) if viewer else []}


def figures_of_today() -> list[Figure]:
    """The four, until now."""
    today = clock.reporting_day(clock.now())
    results: Mapping[str, Result] = answer(Filter(today, today))
    return [Figure(name, readings(results[key], compare=False)) for key, name in TODAY.items()]
