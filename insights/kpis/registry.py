"""Every KPI. Dashboard, JSON, exports, anomaly detection and docs/analytics/metrics-definitions.md read it here."""

from collections.abc import Mapping
from typing import Final

from insights.kpis.bookings import BOOKINGS, CONFIRMATION, SESSIONS
from insights.kpis.definition import Kpi
from insights.kpis.engagement import MEDIA, NOTIFICATIONS
from insights.kpis.funnel import FUNNEL
from insights.kpis.operations import OPERATIONS
from insights.kpis.payments import PAYMENTS

GROUPS: Final[Mapping[str, tuple[Kpi, ...]]] = {
    "Bookings": BOOKINGS,
    "Booking funnel": FUNNEL,
    "Time to confirm": CONFIRMATION,
    "Payments": PAYMENTS,
    "Sessions": SESSIONS,
    "Media": MEDIA,
    "Notifications": NOTIFICATIONS,
    "Stripe and reconciliation": OPERATIONS,
}
REGISTRY: Final[Mapping[str, Kpi]] = {kpi.key: kpi for group in GROUPS.values() for kpi in group}


def leading_kpis() -> list[str]:
    """The keys of the cards at the top of the dashboard, in order."""
    leading = (kpi for kpi in REGISTRY.values() if kpi.leading)
    return [kpi.key for kpi in sorted(leading, key=lambda kpi: kpi.leading)]


def watched_kpis() -> dict[str, str]:
    """The names of what anomaly detection watches, by key."""
    return {key: str(kpi.watched.name or kpi.name) for key, kpi in REGISTRY.items() if kpi.watched}
