"""What is unusual and waits for somebody: shown first on the page, and on the home page."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from insights.admin.drill import Viewer
from insights.admin.words import day_named
from insights.anomalies.queries import open_anomalies
from insights.rollups.models import Cursor
from payments.models import Discrepancy
from portal.common import clock

LATE: Final = timedelta(minutes=10)  # the worker reads on every few seconds


@dataclass(frozen=True, slots=True)
class Alert:
    """A sentence, and where to see to it; `url` is empty for whoever may not go there."""

    sentence: str
    url: str = ""


def alerts(viewer: Viewer) -> list[Alert]:
    """Everything to be said now, the gravest first."""
    return _behind() + _unusual() + _discrepancies(viewer)


def _behind() -> list[Alert]:
    """Figures that stand still, while no worker runs, look like a day without bookings."""
    read_to = Cursor.objects.values_list("read_to", flat=True).first()
    if read_to is None:
        return [Alert("The figures have not been worked out yet. If this stays, the background worker is not running.")]
    if clock.now() - read_to < LATE:
        return []
    local = read_to.astimezone(ZoneInfo(settings.REPORTING_TIME_ZONE))
    until = f"{clock.clock_time(local)} on {day_named(local.date())}"
    return [
        Alert(f"The figures stand as of {until}: what came since is missing, the background worker is not running.")
    ]


def _unusual() -> list[Alert]:
    """Each figure out of its usual range, with the reason in a sentence."""
    return [Alert(found.reason, reverse("insights_anomalies")) for found in open_anomalies()]


def _discrepancies(viewer: Viewer) -> list[Alert]:
    found = Discrepancy.objects.open_differences().count()
    if not found:
        return []
    differ = "difference" if found == 1 else "differences"
    wait = "waits" if found == 1 else "wait"
    url = reverse("reconciliation") if viewer.has_perm("payments.view_discrepancy") else ""
    return [Alert(f"{found:,} {differ} between our ledger and Stripe {wait} for somebody in finance.", url)]
