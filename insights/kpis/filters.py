"""What figures are asked for: days, a service, and the period before."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, Self

from portal.bookings.models import Service
from portal.common import clock

DEFAULT_DAYS: Final = 30
MOST_DAYS: Final = 3 * 366


class BadFilter(ValueError):
    """The question cannot be answered; the message is a sentence that says what to change."""


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
        """As many days, just before."""
        length = timedelta(days=len(self.days))
        return replace(self, first=self.first - length, last=self.last - length)

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """From an address' `from`, `to` and `service` (a slug); the last 30 days when not given. Raises BadFilter."""
        today = clock.reporting_day(clock.now())
        last = _day(query, "to") or today
        first = _day(query, "from") or last - timedelta(days=DEFAULT_DAYS - 1)
        if first > last:
            raise BadFilter("The first day is after the last day: swap “from” and “to”.")
        if (last - first).days >= MOST_DAYS:
            raise BadFilter(f"Please ask for at most {MOST_DAYS} days (three years) at once.")
        slug = query.get("service", "")
        return cls(first, last, _service_id(slug) if slug else None, slug)


@lru_cache(maxsize=64)  # a page asks for them again and again
def _from_to(first: date, last: date) -> tuple[date, ...]:
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def _day(query: Mapping[str, str], name: str) -> date | None:
    text = query.get(name, "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadFilter(f"“{name}” is not a day: write it like 2026-03-31.") from None
    if not 2000 <= day.year <= 2100:
        raise BadFilter(f"“{name}” has to lie between the years 2000 and 2100.")
    return day


def _service_id(slug: str) -> int:
    named = Service.objects.filter(slug=slug)
    found = named.values_list("pk", flat=True).first()
    if found is None:
        raise BadFilter("There is no service of that name: leave “service” out to see all.")
    return int(found)
