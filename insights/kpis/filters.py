"""What the dashboard shows: days, a service, and the previous period."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, Self

from django.utils.translation import gettext as _

from portal.bookings.models import Service
from portal.common import clock

DEFAULT_DAYS: Final = 30
MOST_DAYS: Final = 3 * 366


class BadFilter(ValueError):
    """A filter that cannot be applied; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Days `first` to `last` of the reporting time zone, both included; a service, or all."""

    first: date
    last: date
    service_id: int | None = None
    service: str = ""

    @property
    def days(self) -> list[date]:
        """Every day, oldest first."""
        return [*_from_to(self.first, self.last)]

    @property
    def previous(self) -> Self:
        """The same number of days, just before."""
        length = timedelta(days=len(self.days))
        return replace(self, first=self.first - length, last=self.last - length)

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """From an address' `from`, `to` and `service` (a slug); by default the last 30 days. Raises BadFilter."""
        today = clock.reporting_day(clock.now())
        last = _day(query, "to") or today
        first = _day(query, "from") or last - timedelta(days=DEFAULT_DAYS - 1)
        if first > last:
            raise BadFilter(_("The first day is after the last day. Swap “from” and “to”."))
        if (last - first).days >= MOST_DAYS:
            message = _("Choose at most {count} days (three years).")
            raise BadFilter(message.format(count=f"{MOST_DAYS:,}"))
        slug = query.get("service", "")
        return cls(first, last, _service_id(slug) if slug else None, slug)


@lru_cache(maxsize=64)  # a page needs them many times
def _from_to(first: date, last: date) -> tuple[date, ...]:
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def _day(query: Mapping[str, str], name: str) -> date | None:
    text = query.get(name, "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        message = _("“{name}” isn’t a date. Write it like 2026-03-31.")
        raise BadFilter(message.format(name=name)) from None
    if not 2000 <= day.year <= 2100:
        message = _("“{name}” must be between the years 2000 and 2100.")
        raise BadFilter(message.format(name=name))
    return day


def _service_id(slug: str) -> int:
    pk = Service.objects.filter(slug=slug).values_list("pk", flat=True).first()
    if pk is None:
        raise BadFilter(_("There’s no service with that name. Leave “service” out to see all services."))
    return int(pk)
