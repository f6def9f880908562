"""When the office is open again: until then a coordinator can hold a place for somebody who calls after hours."""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from portal.bookings.models import Closure
from portal.common import clock
from portal.organisation.profile import site_profile

LOOKED_AHEAD_DAYS: Final = 31
SATURDAY: Final = 5


def next_opening() -> datetime | None:
    """The next time that the office opens, by its own clock; None where editors have set no opening time.

    Days on which every service is closed are passed over, and so are weekends unless the office opens on them.
    """
    profile = site_profile()
    if profile.opens_at is None:
        return None
    zone = ZoneInfo(settings.TIME_ZONE)
    today = clock.now().astimezone(zone).date()
    closures = Closure.objects.filter(services=None, last_day__gte=today).values_list("first_day", "last_day")
    closed = list(closures)
    for day in (today + timedelta(days=ahead) for ahead in range(LOOKED_AHEAD_DAYS)):
        opening = datetime.combine(day, profile.opens_at, zone)
        if opening > clock.now() and _is_open_on(day, closed, weekends=profile.open_at_weekends):
            return opening
    return None


def _is_open_on(day: date, closed: list[tuple[date, date]], *, weekends: bool) -> bool:
    return (weekends or day.weekday() < SATURDAY) and not any(first <= day <= last for first, last in closed)
