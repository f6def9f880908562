"""Telling: one e-mail about everything that was newly found, and never again about the same."""

from collections.abc import Iterable, Sequence

from insights.anomalies.messages import UNUSUAL_FIGURES
from insights.anomalies.models import Anomaly
from portal.accounts.roles import Role
from portal.common import clock
from portal.notifications.domain.staff import send_to_role

ONE_FINDING = "\n\n"


def tell(recipients: Iterable[str]) -> None:
    """Queue the e-mail to each role of `recipients`, in the caller's transaction."""
    fresh = list(Anomaly.objects.filter(closed_at=None, told_at=None).order_by("pk"))
    if not fresh:
        return
    cause = f"{fresh[0].pk}-{fresh[-1].pk}"
    for role in recipients:
        send_to_role(UNUSUAL_FIGURES, Role(role), context=_context(fresh), cause=cause)
    Anomaly.objects.filter(pk__in=[row.pk for row in fresh]).update(told_at=clock.now())


def _context(fresh: Sequence[Anomaly]) -> dict[str, str]:
    return {
        "names": ", ".join(row.name for row in fresh),
        "findings": ONE_FINDING.join(row.reason() for row in fresh),
        "url": UNUSUAL_FIGURES.samples["url"],
    }
