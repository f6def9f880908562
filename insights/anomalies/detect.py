"""Looking: judge the last day that is over, and the silence; keep what is found; tell it once."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Max, Min

from insights.anomalies.booking_gap import Bookings, judge_gap
from insights.anomalies.digest import tell
from insights.anomalies.figures import BOOKING_GAP, FIGURES
from insights.anomalies.judging import Judgement, judge_day, samples
from insights.anomalies.models import Anomaly, AnomalySettings
from insights.anomalies.statistics import WEEKS
from insights.anomalies.store import close_the_rest, store
from insights.anomalies.thresholds import Thresholds
from insights.kpis.filters import Filter
from insights.kpis.period import Days
from insights.rollups.models import Cursor, DailyFigures
from portal.bookings.models import Booking
from portal.common import clock

SETTLED: Final = timedelta(hours=2)  # a booking of just before midnight has been paid, or its hold has ended


@transaction.atomic
def detect() -> int:
    """Judge every watched figure; returns how many are unusual now. May run twice at once."""
    kept = AnomalySettings.load()
    settings = AnomalySettings.objects.select_for_update().get(pk=kept.pk)
    limits = settings.thresholds()
    judgements = [*_days(settings.watched, limits), *_silence(settings.watched, limits)]
    for judgement in judgements:
        store(judgement)
    close_the_rest(settings.watched)
    tell(settings.recipients)
    return Anomaly.objects.filter(closed_at=None).count()


def last_settled_day() -> date | None:
    """The newest day that was over two hours before what the roll-ups have read; None before their first reading."""
    read_to = Cursor.objects.filter(pk=1).values_list("read_to", flat=True).first()
    return clock.reporting_day(read_to - SETTLED) - timedelta(days=1) if read_to else None


def _days(watched: Iterable[str], limits: Thresholds) -> list[Judgement]:
    day = last_settled_day()
    known_from: date | None = DailyFigures.objects.filter(booked__gt=0).aggregate(first=Min("day"))["first"]
    if day is None or known_from is None or known_from > day:
        return []
    first = max(known_from, day - timedelta(weeks=WEEKS))
    aggregates = Days(Filter(first, day))
    figures = [figure for key, figure in FIGURES.items() if key in watched]
    judged = (judge_day(figure, day, samples(figure, aggregates, first, day, limits), limits) for figure in figures)
    return [judgement for judgement in judged if judgement is not None]


def _silence(watched: Iterable[str], limits: Thresholds) -> list[Judgement]:
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
