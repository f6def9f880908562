"""Time: stored in UTC, shown in a service's zone, counted in the reporting zone."""

from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

YEARS: Final = range(2000, 2200)


def now() -> datetime:
    """The present moment, aware, UTC."""
    return timezone.now()


def from_epoch(seconds: int) -> datetime:
    """Stripe's timestamps (whole seconds since the epoch) as aware UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def reporting_day(moment: datetime) -> date:
    """The day that `moment` counts for in every figure."""
    return moment.astimezone(ZoneInfo(settings.REPORTING_TIME_ZONE)).date()


def today() -> date:
    """The day that this moment counts for."""
    return reporting_day(now())


def midnight(day: date) -> datetime:
    """The first instant of `day` in the reporting time zone, UTC."""
    return datetime.combine(day, time(), ZoneInfo(settings.REPORTING_TIME_ZONE)).astimezone(UTC)


def validate_years(**days: date | None) -> None:
    """Raises ValidationError at each field whose day is too far away to count weeks and time zones around."""
    wrong = {name: _("Enter a year from 2000 to 2199.") for name, day in days.items() if day and day.year not in YEARS}
    if wrong:
        raise ValidationError(wrong)


def validate_zone(name: str) -> None:
    """Raises ValidationError when `name` is not a time zone of the IANA database."""
    if name not in available_timezones():
        raise ValidationError(_("%(name)s isn’t a time zone.") % {"name": name})
