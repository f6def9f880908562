"""`python -m ops.anomalies [--years N]`: how well KPIs are watched, as the tables of docs/analytics/anomalies.md.

Made-up years in which nothing is wrong are judged as the portal judges its own days: weekdays, growth, holidays, and
days that are livelier than chance alone. Then anomalies are put into them. Every number comes from
`random.Random(seed)`: a year can be had again. Ends with 1 when a KPI raises more than one false alarm a quarter, or a
big anomaly is not found.
"""

import argparse
import os
import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.demo")
django.setup()

from insights.anomalies.booking_gap import BOOKING_GAP, Bookings, judge_gap  # noqa: E402
from insights.anomalies.judging import Thresholds, judge_day, judged_by_day, sample_of, samples  # noqa: E402
from insights.kpis.aggregates import Sums  # noqa: E402
from insights.kpis.definition import Sample  # noqa: E402
from insights.kpis.registry import watched_kpis  # noqa: E402
from insights.rollups.models import Measure  # noqa: E402
from ops.docs.markdown import table  # noqa: E402

KPIS: Final = judged_by_day()
NAMES: Final = watched_kpis()
SIZES: Final = (40, 150)  # bookings a day
HOUR: Final = timedelta(hours=1)
EVERY_DAYS: Final = 13
LIMITS: Final = Thresholds()
ZONE: Final = ZoneInfo("Europe/London")
FIRST: Final = date(2025, 11, 3)  # eight weeks of past, then the year
JUDGED_FROM: Final = date(2025, 12, 29)
JUDGED_TO: Final = date(2026, 12, 28)
WEEKDAYS: Final = (1.25, 1.2, 1.1, 1.05, 1.0, 0.75, 0.65)
NIGHT: Final = (0.2, 0.1, 0.1, 0.1, 0.2, 0.4, 0.8, 1.5)  # hours from midnight
HOURS: Final = (*NIGHT, 3, 5, 6, 6, 5, 5, 5, 5, 5, 5, 6, 7, 7, 5, 3, 1)
HOLIDAYS: Final = {
    **dict.fromkeys((date(2025, 12, 25), date(2026, 12, 25)), 0.2),
    **dict.fromkeys((date(2025, 12, 26), date(2026, 1, 1), date(2026, 12, 26)), 0.3),
    **dict.fromkeys((date(2025, 12, 24), date(2026, 4, 3), date(2026, 4, 6), date(2026, 12, 24)), 0.4),
    **dict.fromkeys((date(2026, 5, 4), date(2026, 5, 25), date(2026, 8, 31)), 0.5),
}
GROWTH_A_YEAR: Final = 0.4
REFUNDED: Final = 0.08  # refunds a booking
LIVELY: Final = 0.2  # coefficient of variation of a day's bookings, on top of chance


@dataclass(frozen=True, slots=True)
class Year:
    """The roll-ups' facts by day, what each KPI reads in them, and when bookings were made (UTC, in order)."""

    facts: dict[date, Sums]
    samples: dict[str, dict[date, Sample]]
    bookings: list[datetime]


def normal_year(seed: int, a_day: int) -> Year:
    """A year of about `a_day` bookings a day."""
    chance = Random(seed)
    days: dict[date, Sums] = {}
    bookings: list[datetime] = []
    day = FIRST
    while day < JUDGED_TO:
        days[day] = _facts(chance, viewed=poisson(chance, 8 * _expected(day, a_day) * _lively(chance, LIVELY)))
        bookings += _moments(chance, day, days[day].counts["booked"])
        day += timedelta(days=1)
    read = {key: samples(kpi, days, FIRST, max(days), LIMITS) for key, kpi in KPIS.items()}
    return Year(days, read, sorted(bookings))


def _expected(day: date, a_day: int) -> float:
    growth: float = (1 + GROWTH_A_YEAR) ** ((day - FIRST).days / 365)
    between_the_years = 0.6 if (day.month, day.day) >= (12, 27) else 1.0
    return a_day * WEEKDAYS[day.weekday()] * growth * HOLIDAYS.get(day, between_the_years)


def _facts(chance: Random, viewed: int) -> Sums:
    started = part(chance, viewed, 0.2)
    booked = part(chance, started, 0.625)
    opened = part(chance, booked, 0.97)
    tried = part(chance, opened, 0.92)
    paid = part(chance, tried, 0.96)
    failed = poisson(chance, paid * 0.09 * _lively(chance, 0.3))
    reached = {"reached_deposit_page": opened, "reached_attempt": tried, "reached_paid": paid}
    attempts = {"attempts_succeeded": paid, "attempts_failed": failed, "refunds": _refunds(chance, booked)}
    facts = Sums(Counter(booked=booked, viewed_events=viewed, started_events=started, **reached, **attempts))
    facts.histograms[Measure.WEBHOOK_LAG] = _lags(chance, booked * 4)
    return facts


def _refunds(chance: Random, booked: int) -> int:
    """A few; and once a month a session is cancelled, and all who booked it have their money back."""
    cancelled_session = chance.randint(3, 6) if chance.random() < 1 / 30 else 0
    return poisson(chance, booked * REFUNDED * _lively(chance, 0.3)) + cancelled_session


def _lags(chance: Random, events: int) -> Counter[int]:
    """Most events take a second or two; on one day in ten the slowest take ten seconds, on one in fifty thirty."""
    slow = chance.choices((5, 10, 30), (0.88, 0.1, 0.02))[0]
    slowest = part(chance, events, 0.07)
    return Counter({1: (events - slowest) // 2, 2: events - slowest - (events - slowest) // 2, slow: slowest})


def _moments(chance: Random, day: date, count: int) -> list[datetime]:
    hours = chance.choices(range(24), HOURS, k=count)
    return [datetime(day.year, day.month, day.day, h, chance.randrange(60), tzinfo=ZONE).astimezone(UTC) for h in hours]


def _lively(chance: Random, variation: float) -> float:
    """A factor around 1 with this coefficient of variation (gamma: a Poisson count times it is negative binomial)."""
    shape = 1 / variation**2
    return chance.gammavariate(shape, 1 / shape)


def part(chance: Random, of: int, share: float, together: float = 400) -> int:
    """Beta-binomial: how many of `of`, when a day's share varies as if it were seen in `together` tries."""
    share = chance.betavariate(share * together, (1 - share) * together)
    return sum(chance.random() < share for _ in range(of))


def poisson(chance: Random, mean: float) -> int:
    """As many as exponential waits fit into `mean`."""
    count, waited = 0, chance.expovariate(1)
    while waited < mean:
        count, waited = count + 1, waited + chance.expovariate(1)
    return count


Change = Callable[[Random, Sums], None]


@dataclass(frozen=True, slots=True)
class Plant:
    """`big` ones have to be found."""

    kpi: str
    what: str
    big: bool
    change: Change

    def put_into(self, chance: Random, facts: Sums) -> Sums:
        """`facts` of a day on which this went wrong."""
        changed = deepcopy(facts)
        self.change(chance, changed)
        return changed


def _fails(share: float) -> Change:
    def change(chance: Random, facts: Sums) -> None:
        tries = facts.counts["attempts_succeeded"] + facts.counts["attempts_failed"]
        failed = part(chance, tries, share)
        facts.counts.update(attempts_failed=failed - facts.counts["attempts_failed"])
        facts.counts["attempts_succeeded"] = tries - failed

    return change


def _loses(column: str, share: float) -> Change:
    """Of those who came to the step, only `share` go on, as far as usual."""
    later = ("started_events", "booked", "reached_deposit_page", "reached_attempt", "reached_paid")

    def change(chance: Random, facts: Sums) -> None:
        for name in later[later.index(column) :]:
            facts.counts[name] = part(chance, facts.counts[name], share)

    return change


def _slow_webhooks(seconds: int) -> Change:
    def change(chance: Random, facts: Sums) -> None:
        events = sum(facts.histograms[Measure.WEBHOOK_LAG].values())
        facts.histograms[Measure.WEBHOOK_LAG] = Counter({2: events - events // 5, seconds: events // 5})

    return change


def _more_refunds(times_more: int) -> Change:
    def change(chance: Random, facts: Sums) -> None:
        facts.counts["refunds"] += poisson(chance, facts.counts["booked"] * REFUNDED * times_more)

    return change


_STEPS: Final = {
    "conversion_started": "started_events",
    "conversion_deposit_page": "reached_deposit_page",
    "conversion_attempt": "reached_attempt",
    "conversion_paid": "reached_paid",
}
PLANTS: Final = (
    Plant("attempt_failure_rate", "90 % of attempts fail (usual: 8 %)", True, _fails(0.90)),
    Plant("attempt_failure_rate", "30 % of attempts fail", False, _fails(0.30)),
    *(Plant(kpi, "a tenth of the usual go on", True, _loses(column, 0.1)) for kpi, column in _STEPS.items()),
    *(Plant(kpi, "two thirds of the usual go on", False, _loses(column, 2 / 3)) for kpi, column in _STEPS.items()),
    Plant("webhook_lag_p95", "one event in five takes an hour", True, _slow_webhooks(3600)),
    Plant("webhook_lag_p95", "one event in five takes two minutes", False, _slow_webhooks(120)),
    Plant("refunds_made", "twenty times as many as usual", True, _more_refunds(19)),
    Plant("refunds_made", "five times as many as usual", False, _more_refunds(4)),
)


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
    """How often each KPI raises an anomaly although nothing is wrong; days in a row are one."""
    alarms: Counter[str] = Counter({BOOKING_GAP: len(_silences(year.bookings))})
    for key, known in year.samples.items():
        unusual = [_is_unusual(key, day, known) for day in judged_days()]
        alarms[key] = sum(now and not before for before, now in pairwise([False, *unusual]))
    return alarms


def _is_unusual(key: str, day: date, known: Mapping[date, Sample]) -> bool:
    judgement = judge_day(KPIS[key], day, known, LIMITS)
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
    chance, kpi, known = Random(seed), KPIS[plant.kpi], year.samples[plant.kpi]
    days, found = planted_days(), 0
    for day in days:
        sample = sample_of(kpi, plant.put_into(chance, year.facts[day]), LIMITS)
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


def tables(measured: Sequence[Measured]) -> str:
    """False alarms a year, then what was planted and found; a column for each size of portal."""
    sizes = [f"{each.a_day} bookings a day" for each in measured]
    alarms = ((name, *(f"{each.alarms[kpi] / each.years:.1f}" for each in measured)) for kpi, name in NAMES.items())
    found = (
        (NAMES[row[0].kpi], f"**{row[0].what}**" if row[0].big else row[0].what, *map(_cell, row))
        for row in zip(*(each.found for each in measured), strict=True)
    )
    columns = ("KPI", "what goes wrong, for one day", *sizes)
    return f"{table(('false alarms a year', *sizes), alarms)}\n\n{table(columns, found)}"


def _cell(found: Found) -> str:
    if not found.delays_h:
        return f"{found.recall:.0%}"
    return f"{found.recall:.0%}, after {median(found.delays_h):.0f} h, at most {max(found.delays_h)} h"


def too_bad(measured: Sequence[Measured]) -> list[str]:
    """What breaks the promise: at most one false alarm a KPI and quarter, every big anomaly found within a day."""
    alarms = [
        f"{kpi}: {each.alarms[kpi]} false alarms in {each.years} years of {each.a_day} bookings a day"
        for each in measured
        for kpi in NAMES
        if each.alarms[kpi] > 4 * each.years
    ]
    missed = [
        f"{row.kpi}: {row.what}: {row.recall:.1%} found with {each.a_day} bookings a day"
        for each in measured
        for row in each.found
        if row.big and row.recall < 1
    ]
    return alarms + missed


def main() -> int:
    """Print the tables, and what breaks the promise."""
    parser = argparse.ArgumentParser(prog="python -m ops.anomalies", description=__doc__)
    parser.add_argument("--years", type=int, default=3, help="made-up years for each size of portal (default 3)")
    years = parser.parse_args().years
    measured = [measure(a_day, years) for a_day in SIZES]
    print(tables(measured))
    broken = too_bad(measured)
    print("\n".join(broken), file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
