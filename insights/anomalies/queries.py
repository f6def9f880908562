"""The open anomalies, for dashboard and home page."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from insights.anomalies.judging import Severity
from insights.anomalies.models import Anomaly
from insights.formatting import rounded
from insights.kpis.definition import Unit
from insights.kpis.registry import REGISTRY
from portal.common import clock


@dataclass(frozen=True, slots=True)
class OpenAnomaly:
    """A KPI that is unusual now. `value`, `expected` and `reason` are written for people.

    `first_day` to `day` are the unusual days of the reporting time zone; `found_at` is UTC.
    """

    kpi: str
    name: str
    first_day: date
    day: date
    value: str
    expected: str
    severity: Severity
    reason: str
    found_at: datetime


def open_anomalies() -> list[OpenAnomaly]:
    """The critical ones first, then the newest."""
    today = clock.reporting_day(clock.now())
    anomalies = [_open(row, today) for row in Anomaly.objects.filter(closed_at=None)]
    return sorted(anomalies, key=lambda anomaly: anomaly.severity is not Severity.CRITICAL)


def _open(row: Anomaly, today: date) -> OpenAnomaly:
    unit = REGISTRY[row.kpi].unit if row.kpi in REGISTRY else Unit.COUNT
    low, high = rounded(row.low, unit), rounded(row.high, unit)
    return OpenAnomaly(
        kpi=row.kpi,
        name=row.name,
        first_day=row.first_day,
        day=row.day,
        value=rounded(row.value, unit),
        expected=_("{low} to {high}").format(low=low, high=high),
        severity=Severity(row.severity),
        reason=row.reason(today),
        found_at=row.found_at,
    )
