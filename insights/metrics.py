"""Metrics of the roll-ups and of anomaly detection."""

from portal.common.metrics import GaugeRows, database_gauge


def _anomalies() -> GaugeRows:
    from insights.anomalies.judging import Severity
    from insights.anomalies.models import Anomaly
    from insights.kpis.registry import watched_kpis

    levels = {Severity.WARNING: 1, Severity.CRITICAL: 2}
    open_levels = {row.kpi: levels[Severity(row.severity)] for row in Anomaly.objects.filter(closed_at=None)}
    return [([kpi], open_levels.get(kpi, 0)) for kpi in watched_kpis()]


database_gauge(
    "portal_anomaly", "KPIs outside their usual range: 0 normal, 1 warning, 2 critical.", _anomalies, ["kpi"]
)


def _read_to() -> GaugeRows:
    from insights.rollups.models import Cursor

    read_to = Cursor.objects.values_list("read_to", flat=True).first()
    return [([], read_to.timestamp() if read_to else 0)]


database_gauge(
    "portal_figures_read_to_timestamp_seconds",
    "How far the worker has read for the roll-ups, every few seconds; 0 when it never has.",
    _read_to,
)
