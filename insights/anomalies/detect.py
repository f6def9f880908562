"""Judges the last settled day and the time since the last booking, stores what is unusual, reports it once."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Max, Min

from insights.anomalies.booking_gap import BOOKING_GAP, Bookings, judge_gap
from insights.anomalies.digest import send_digest
from insights.anomalies.judging import Judgement, Thresholds, judge_day, judged_by_day, samples
from insights.anomalies.models import Anomaly, AnomalySettings
from insights.anomalies.statistics import WEEKS
from insights.anomalies.store import close_the_rest, store
from insights.kpis.filters import Filter
from insights.kpis.period import Days
from insights.rollups.models import Cursor, DailyServiceTotals
from portal.bookings.models import Booking
from portal.common import clock

SETTLED: Final = timedelta(hours=2)  # a booking of just before midnight has been paid, or its hold has ended


@transaction.atomic
def detect() -> int:
    """Judge every watched KPI; returns how many are unusual now. Safe to run twice at once."""
    pk = AnomalySettings.load().pk
    settings = AnomalySettings.objects.select_for_update().get(pk=pk)
    limits = settings.thresholds()
    judgements = [*_days(settings.watched, limits), *_gap(settings.watched, limits)]
    for judgement in judgements:
        store(judgement)
    close_the_rest(settings.watched)
    send_digest(settings.recipients)
    return Anomaly.objects.filter(closed_at=None).count()


def last_settled_day() -> date | None:
    """The newest day that ended two hours before the roll-ups' cursor; None before their first run."""
    read_to = Cursor.objects.filter(pk=1).values_list("read_to", flat=True).first()
    return clock.reporting_day(read_to - SETTLED) - timedelta(days=1) if read_to else None


def _days(watched: Iterable[str], limits: Thresholds) -> list[Judgement]:
    day = last_settled_day()
    known_from: date | None = DailyServiceTotals.objects.filter(booked__gt=0).aggregate(first=Min("day"))["first"]
    if day is None or known_from is None or known_from > day:
        return []
    first = max(known_from, day - timedelta(weeks=WEEKS))
    aggregates = Days(Filter(first, day))
    kpis = [kpi for key, kpi in judged_by_day().items() if key in watched]
    judged = (judge_day(kpi, day, samples(kpi, aggregates, first, day, limits), limits) for kpi in kpis)
    return [judgement for judgement in judged if judgement is not None]


def _gap(watched: Iterable[str], limits: Thresholds) -> list[Judgement]:
    known = Booking.objects.aggregate(first=Min("created_at"), last=Max("created_at"))
    if BOOKING_GAP not in watched or known["first"] is None:
        return []
    bookings = Bookings(
        known["first"],
        known["last"],
        lambda start, end: Booking.objects.filter(created_at__gte=start, created_at__lt=end).count(),
    )
    judgement = judge_gap(bookings, clock.now(), limits)
    return [judgement] if judgement else []
