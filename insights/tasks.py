"""Celery tasks of roll-ups and anomaly detection."""

from celery import shared_task

from insights.anomalies import detect
from insights.rollups import refresh


@shared_task(name="insights.tasks.refresh_rollups")
def refresh_rollups() -> int:
    """Bring the roll-ups up to date; returns how many days were computed again."""
    return refresh.refresh()


@shared_task(name="insights.tasks.rebuild_rollups")
def rebuild_rollups() -> int:
    """Compute every day again, for changes that leave no trace (a capacity edited by hand)."""
    return refresh.rebuild()


@shared_task(name="insights.tasks.find_anomalies")
def find_anomalies() -> int:
    """Judge the last settled day and the time since the last booking; email what is new."""
    return detect.detect()
