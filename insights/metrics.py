"""The figures' metrics."""

from portal.common.metrics import GaugeRows, database_gauge


def _anomalies() -> GaugeRows:
    from insights.anomalies.figures import NAMES
    from insights.anomalies.judging import Severity
    from insights.anomalies.models import Anomaly

    worth = {Severity.WARNING: 1, Severity.CRITICAL: 2}
    found = {row.kpi: worth[Severity(row.severity)] for row in Anomaly.objects.filter(closed_at=None)}
    return [([kpi], found.get(kpi, 0)) for kpi in NAMES]


database_gauge(
    "portal_anomaly", "Figures out of their usual range: 0 usual, 1 warning, 2 critical.", _anomalies, ["kpi"]
)


def _read_to() -> GaugeRows:
    from insights.rollups.models import Cursor

    read_to = Cursor.objects.values_list("read_to", flat=True).first()
    return [([], read_to.timestamp() if read_to else 0)]


database_gauge(
    "portal_figures_read_to_timestamp_seconds",
    "How far the worker has read for the figures, every few seconds; 0 when it never has.",
    _read_to,
)
