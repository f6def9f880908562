"""What is unusual and waits for somebody: shown first on the page, and on the home page."""

from dataclasses import dataclass

from django.urls import reverse

from insights.admin.drill import Viewer
from insights.anomalies.queries import open_anomalies
from payments.enums import DiscrepancyStatus
from payments.models import Discrepancy


@dataclass(frozen=True, slots=True)
class Alert:
    """A sentence, and where to see to it; `url` is empty for whoever may not go there."""

    sentence: str
    url: str = ""


def alerts(viewer: Viewer) -> list[Alert]:
    """Everything to be said now, the gravest first."""
    return _unusual() + _discrepancies(viewer)


def _unusual() -> list[Alert]:
    """Each figure out of its usual range, with the reason in a sentence."""
    return [Alert(found.reason, reverse("insights_anomalies")) for found in open_anomalies()]


def _discrepancies(viewer: Viewer) -> list[Alert]:
    found = Discrepancy.objects.filter(status=DiscrepancyStatus.OPEN).count()
    if not found:
        return []
    differ = "difference" if found == 1 else "differences"
    wait = "waits" if found == 1 else "wait"
    url = reverse("reconciliation") if viewer.has_perm("payments.view_discrepancy") else ""
    return [Alert(f"{found:,} {differ} between our ledger and Stripe {wait} for somebody in finance.", url)]
