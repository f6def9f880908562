"""Judges made-up years as the portal judges its own days, and counts."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Final

from insights.anomalies.booking_gap import Bookings, judge_gap
from insights.anomalies.figures import BOOKING_GAP, FIGURES
from insights.anomalies.judging import judge_day
from insights.anomalies.transforms import Sample
from ops.anomalies.normal_year import HOLIDAYS, JUDGED_FROM, JUDGED_TO, LIMITS, ZONE, Year, normal_year
from ops.anomalies.planted import PLANTS, Plant

HOUR: Final = timedelta(hours=1)
EVERY_DAYS: Final = 13


@dataclass(frozen=True, slots=True)
class Found:
    """Of `planted` anomalies `found` were; `delays_h`: of a silence, hours from its beginning until a finding stood."""

    what: str
    kpi: str
    big: bool
    planted: int
    found: int
    delays_h: tuple[int, ...] = ()

    @property
    def recall(self) -> float:
        """The share that was found."""
        return self.found / self.planted


def judged_days() -> Iterator[date]:
    """Every day of the year."""
    return (JUDGED_FROM + timedelta(days=n) for n in range((JUDGED_TO - JUDGED_FROM).days))


def planted_days() -> list[date]:
    """Ordinary days, so far apart that every weekday is met."""
    return [day for day in list(judged_days())[::EVERY_DAYS] if day not in HOLIDAYS]


def false_alarms(year: Year) -> Counter[str]:
    """How often each figure raises a finding although nothing is wrong; days in a row are one finding."""
    alarms: Counter[str] = Counter({BOOKING_GAP: len(_silences(year.bookings))})
    for key, known in year.samples.items():
        unusual = [_is_unusual(key, day, known) for day in judged_days()]
        alarms[key] = sum(now and not before for before, now in pairwise([False, *unusual]))
    return alarms


def _is_unusual(key: str, day: date, known: Mapping[date, Sample]) -> bool:
    judgement = judge_day(FIGURES[key], day, known, LIMITS)
    return judgement is not None and judgement.severity is not None


def _silences(bookings: list[datetime]) -> list[date]:
    """The days on which the portal, looking every hour, would say that nobody books."""
    start = datetime.combine(JUDGED_FROM, datetime.min.time(), ZONE).astimezone(UTC)
    hours = (JUDGED_TO - JUDGED_FROM).days * 24
    return sorted({day for n in range(hours) if (day := _silent(bookings, start + n * HOUR))})


def _silent(bookings: list[datetime], moment: datetime) -> date | None:
    seen = bisect_left(bookings, moment)
    known = Bookings(bookings[0], bookings[seen - 1], lambda a, b: bisect_left(bookings, b) - bisect_left(bookings, a))
    judgement = judge_gap(known, moment, LIMITS)
    return judgement.day if judgement and judgement.severity else None


def find_planted(plant: Plant, year: Year, seed: int) -> Found:
    """Put `plant` into single days across the year; each is judged two hours after its end."""
    chance, figure, known = Random(seed), FIGURES[plant.kpi], year.samples[plant.kpi]
    days, found = planted_days(), 0
    for day in days:
        sample = figure.read(plant.put_into(chance, year.facts[day]), LIMITS)
        found += sample is not None and _is_unusual(plant.kpi, day, {**known, day: sample})
    return Found(plant.what, plant.kpi, plant.big, len(days), found)


def find_outages(year: Year, seed: int) -> Found:
    """From a chance minute on nobody can book, for a day; the portal looks every hour."""
    chance = Random(seed)
    days = planted_days()
    delays = []
    for day in days:
        midnight = datetime.combine(day, datetime.min.time(), ZONE).astimezone(UTC)
        begin = midnight + timedelta(minutes=chance.randrange(24 * 60))
        left = [moment for moment in year.bookings if not begin <= moment < begin + timedelta(days=1)]
        hours = (n for n in range(1, 25) if _silent(left, begin + n * HOUR))
        if (hour := next(hours, None)) is not None:
            delays.append(hour)
    return Found("nobody can book for a day", BOOKING_GAP, True, len(days), len(delays), tuple(delays))


@dataclass(frozen=True, slots=True)
class Measured:
    """Of `years` made-up years with about `a_day` bookings a day."""

    a_day: int
    years: int
    alarms: Counter[str]
    found: list[Found]


def measure(a_day: int, seeds: int) -> Measured:
    """Seeds 1 to `seeds`."""
    alarms: Counter[str] = Counter()
    found: list[Found] = []
    for seed in range(1, seeds + 1):
        year = normal_year(seed, a_day)
        alarms.update(false_alarms(year))
        each = [*(find_planted(plant, year, seed) for plant in PLANTS), find_outages(year, seed)]
        found = [_added(*pair) for pair in zip(found, each, strict=True)] if found else each
    return Measured(a_day, seeds, alarms, found)


def _added(a: Found, b: Found) -> Found:
    return replace(a, planted=a.planted + b.planted, found=a.found + b.found, delays_h=a.delays_h + b.delays_h)
