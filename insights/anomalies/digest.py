"""One email about all new anomalies, and never a second one about the same."""

from collections.abc import Iterable, Sequence

from insights.anomalies.messages import ANOMALIES_FOUND
from insights.anomalies.models import Anomaly
from portal.accounts.roles import Role
from portal.common import clock
from portal.notifications.domain.send import send_to_role

SEPARATOR = "\n\n"


def send_digest(recipients: Iterable[str]) -> None:
    """Queue the email to each role of `recipients`, in the caller's transaction."""
    new = list(Anomaly.objects.filter(closed_at=None, told_at=None).order_by("pk"))
    if not new:
        return
    cause = f"{new[0].pk}-{new[-1].pk}"
    for role in recipients:
        send_to_role(ANOMALIES_FOUND, Role(role), context=_context(new), cause=cause)
    Anomaly.objects.filter(pk__in=[row.pk for row in new]).update(told_at=clock.now())


def _context(new: Sequence[Anomaly]) -> dict[str, str]:
    return {
        "names": ", ".join(row.name for row in new),
        "findings": SEPARATOR.join(row.reason() for row in new),
        "url": ANOMALIES_FOUND.samples["url"],
    }
