"""What needs attention, at the top of the dashboard and on the admin's home page with today's KPIs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.forms import Media
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin.ui.components import Component

from insights.admin.drilldown import Viewer
from insights.admin.page import KpiRow, readings
from insights.anomalies.queries import open_anomalies
from insights.formatting import long_date
from insights.kpis.filters import Filter
from insights.kpis.registry import leading_kpis
from insights.kpis.results import answer
from insights.rollups.models import Cursor
from payments.models import Discrepancy
from portal.common import clock, when

LATE: Final = timedelta(minutes=10)  # the worker runs every few seconds
SHOWN: Final = 4  # of the leading KPIs


@dataclass(frozen=True, slots=True)
class Alert:
    """A sentence, and where to act on it; `url` is empty for those who may not go there."""

    sentence: str
    url: str = ""


def alerts(viewer: Viewer) -> list[Alert]:
    """The most urgent first."""
    return _stale_data() + _anomalies() + _discrepancies(viewer)


def _stale_data() -> list[Alert]:
    """Without a worker, a dashboard that is no longer updated would look like a day without bookings."""
    read_to = Cursor.objects.values_list("read_to", flat=True).first()
    if read_to is None:
        return [
            Alert(_("The dashboard has no data yet. If this doesn’t change soon, the background worker isn’t running."))
        ]
    if clock.now() - read_to < LATE:
        return []
    local = read_to.astimezone(ZoneInfo(settings.REPORTING_TIME_ZONE))
    text = _("The dashboard was last updated at {time} on {day}. The background worker isn’t running.")
    return [Alert(text.format(time=when.clock_time(local), day=long_date(local.date())))]


def _anomalies() -> list[Alert]:
    return [Alert(anomaly.reason, reverse("insights_anomalies")) for anomaly in open_anomalies()]


def _discrepancies(viewer: Viewer) -> list[Alert]:
    count = Discrepancy.objects.open_differences().count()
    if not count:
        return []
    text = ngettext(
        "{count} difference between our ledger and Stripe needs attention from finance.",
        "{count} differences between our ledger and Stripe need attention from finance.",
        count,
    )
    url = reverse("reconciliation") if viewer.has_perm("payments.view_discrepancy") else ""
    return [Alert(text.format(count=f"{count:,}"), url)]


class TodayPanel(Component):
    """Today's leading KPIs, for those who may see the dashboard."""

    order = 20
    template_name = "insights/admin/today_panel.html"

    @cached_property
    def media(self) -> Media:
        return Media(css={"all": ("insights/css/dashboard.css",)})

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        viewer = parent_context["request"].user if parent_context else None
        return {"rows": today(), "alerts": alerts(viewer) if viewer else []}


def today() -> list[KpiRow]:
    """The first leading KPIs so far today, compared with nothing: the day is not over."""
    day = clock.reporting_day(clock.now())
    results = answer(Filter(day, day))
    leading = (results[key] for key in leading_kpis()[:SHOWN])
    return [KpiRow(result.kpi, readings(result, compare=False)) for result in leading]
