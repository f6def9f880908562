"""Days of the reporting time zone; 23 or 25 hours long when the clocks change."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import TruncDate

from portal.common.clock import midnight

Days = Sequence[date]  # each once, oldest first


def bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """The first instant of `first` and the first after `last`, UTC."""
    return midnight(first), midnight(last + timedelta(days=1))


def runs(days: Days) -> Iterator[tuple[date, date]]:
    """`days` as ranges (first, last) of days that follow one another."""
    first = last = None
    for day in days:
        if first is None or last is None or day - last != timedelta(days=1):
            if first and last:
                yield first, last
            first = day
        last = day
    if first and last:
        yield first, last


def within(days: Days, field: str) -> Q:
    """The datetime `field` falls on one of `days` (at least one): a range an index answers for each run of days."""
    spans = (bounds(first, last) for first, last in runs(days))
    return reduce(or_, (Q(**{f"{field}__gte": start, f"{field}__lt": end}) for start, end in spans))


def day_of(field: str) -> TruncDate:
    """The day that the datetime `field` counts for, in SQL."""
    return TruncDate(field, tzinfo=ZoneInfo(settings.REPORTING_TIME_ZONE))
