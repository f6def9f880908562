"""Keeping findings: one open row a figure, whatever is judged how often."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.db.models import Q

from insights.anomalies.judging import Judgement
from insights.anomalies.models import Anomaly
from portal.common import clock

FORGOTTEN: Final = timedelta(days=14)  # nothing could be judged since


def store(judgement: Judgement) -> None:
    """Open a finding or bring it up to date; close it when the figure is usual again.

    A finding that was closed for the same day is opened again, not found anew: nobody is told twice.
    """
    rows = Anomaly.objects.filter(kpi=judgement.kpi)
    if judgement.severity is None:
        rows.filter(closed_at=None).update(closed_at=clock.now())
        return
    news = {
        "day": judgement.day,
        "value": judgement.value,
        "low": judgement.low,
        "high": judgement.high,
        "severity": judgement.severity.value,
        "what": judgement.what,
        "closed_at": None,
    }
    same = rows.filter(Q(closed_at=None) | Q(day=judgement.day)).order_by("-pk").first()
    if same is None:
        Anomaly.objects.create(kpi=judgement.kpi, first_day=judgement.day, **news)
    else:
        rows.filter(pk=same.pk).update(**news)


def close_the_rest(watched: Iterable[str]) -> None:
    """Close what nobody watches any more, and what could not be judged again for a fortnight."""
    too_old = clock.reporting_day(clock.now()) - FORGOTTEN
    left = Anomaly.objects.filter(closed_at=None).filter(~Q(kpi__in=list(watched)) | Q(day__lt=too_old))
    left.update(closed_at=clock.now())
