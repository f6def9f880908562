"""Stores anomalies: at most one open row a KPI, however often it is judged."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.db.models import Q

from insights.anomalies.judging import Judgement
from insights.anomalies.models import Anomaly
from portal.common import clock

STALE: Final = timedelta(days=14)  # without a day that could be judged


def store(judgement: Judgement) -> None:
    """Open or update the anomaly of a KPI; close it when the KPI is back to normal.

    One that was closed for the same day is opened again, so that nobody is told twice.
    """
    rows = Anomaly.objects.filter(kpi=judgement.kpi)
    if judgement.severity is None:
        rows.filter(closed_at=None).update(closed_at=clock.now())
        return
    changed = {
        "day": judgement.day,
        "value": judgement.value,
        "low": judgement.low,
        "high": judgement.high,
        "severity": judgement.severity.value,
        "what": judgement.what,
        "closed_at": None,
    }
    existing = rows.filter(Q(closed_at=None) | Q(day=judgement.day)).order_by("-pk").first()
    if existing is None:
        Anomaly.objects.create(kpi=judgement.kpi, first_day=judgement.day, **changed)
    else:
        rows.filter(pk=existing.pk).update(**changed)


def close_the_rest(watched: Iterable[str]) -> None:
    """Close what is no longer watched, and what could not be judged for a fortnight."""
    too_old = clock.reporting_day(clock.now()) - STALE
    stale = Anomaly.objects.filter(closed_at=None).filter(~Q(kpi__in=list(watched)) | Q(day__lt=too_old))
    stale.update(closed_at=clock.now())
