"""KPIs of Stripe's events and of reconciliation."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from insights.kpis.aggregates import Aggregates
from insights.kpis.definition import Direction, Kpi, Sample, Unit, Watch, duration_kpis, percentile
from insights.rollups.models import Measure
from payments.models import Discrepancy


def _lag(aggregates: Aggregates) -> Sample | None:
    seconds = percentile(aggregates, Measure.WEBHOOK_LAG, 0.95)
    events = sum(aggregates.histogram(Measure.WEBHOOK_LAG).values())
    return None if seconds is None else Sample(seconds, events)


OPERATIONS: Final = (
    *duration_kpis(
        key="webhook_lag",
        name=_("Webhook lag"),
        measure=Measure.WEBHOOK_LAG,
        meaning=_("The time from Stripe’s creating an event to its being applied to the ledger."),
        source="payments ReceivedEvent created_at, applied_at, by received_at",
        owner="Operations",
        watched=Watch(
            sample=_lag, message=_("The slowest 5% of Stripe’s events took {value} or more to reach the ledger.")
        ),
    ),
    Kpi(
        key="open_discrepancies",
        name=_("Open discrepancies"),
        meaning=_("Differences between the ledger and Stripe that need someone’s attention."),
        formula="count of open discrepancies, now",
        unit=Unit.COUNT,
        source="payments Discrepancy",
        owner="Finance",
        direction=Direction.LOWER_IS_BETTER,
        per_service=False,
        now_only=True,
        query=lambda aggregates: Discrepancy.objects.open_differences().count(),
    ),
)
