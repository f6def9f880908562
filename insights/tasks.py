"""Celery's work for the figures."""

from celery import shared_task

from insights.anomalies import detect
from insights.rollups import refresh


@shared_task(name="insights.tasks.refresh_rollups")
def refresh_rollups() -> int:
    """Bring the roll-ups up to date."""
    return refresh.refresh()


@shared_task(name="insights.tasks.rebuild_rollups")
def rebuild_rollups() -> int:
    """Compute every day again: what changed without a trace (a capacity edited by hand) is caught up with."""
    return refresh.rebuild()


@shared_task(name="insights.tasks.find_anomalies")
def find_anomalies() -> int:
    """Judge the last day that is over and the silence since the last booking; tell what is new."""
    return detect.detect()
