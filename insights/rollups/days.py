"""Days of the reporting time zone as UTC instants; 23 or 25 hours long when the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings


def bounds(day: date) -> tuple[datetime, datetime]:
    """The first instant of `day` and that of the next day, UTC."""
    zone = ZoneInfo(settings.REPORTING_TIME_ZONE)
    return tuple(  # type: ignore[return-value]
        datetime.combine(each, time(), zone).astimezone(UTC) for each in (day, day + timedelta(days=1))
    )


def on(day: date, field: str) -> dict[str, Any]:
    """Filter: the datetime `field` falls on `day`."""
    first, after = bounds(day)
    return {f"{field}__gte": first, f"{field}__lt": after}
