"""What stands open, for whoever shows it."""

from dataclasses import dataclass
from datetime import date, datetime

from insights.anomalies.figures import shown
from insights.anomalies.judging import Severity
from insights.anomalies.models import Anomaly
from portal.common import clock


@dataclass(frozen=True, slots=True)
class OpenAnomaly:
    """A figure that is unusual now. `value` and `expected` are written as people read them, `reason` is a sentence.

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
    """The worst first, then the newest."""
    today = clock.reporting_day(clock.now())
    found = [_open(row, today) for row in Anomaly.objects.filter(closed_at=None)]
    return sorted(found, key=lambda each: each.severity is not Severity.CRITICAL)


def _open(row: Anomaly, today: date) -> OpenAnomaly:
    return OpenAnomaly(
        kpi=row.kpi,
        name=row.name,
        first_day=row.first_day,
        day=row.day,
        value=shown(row.kpi, row.value),
        expected=f"{shown(row.kpi, row.low)} to {shown(row.kpi, row.high)}",
        severity=Severity(row.severity),
        reason=row.reason(today),
        found_at=row.found_at,
    )
