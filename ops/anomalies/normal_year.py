"""A made-up year in which nothing is wrong: weekdays, growth, holidays, and days that are livelier than chance alone.

Every number comes from `random.Random(seed)`: a year can be had again.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from insights.anomalies.figures import FIGURES
from insights.anomalies.judging import samples
from insights.anomalies.thresholds import Thresholds
from insights.anomalies.transforms import Sample
from insights.kpis.aggregates import Sums
from insights.rollups.models import Measure

LIMITS: Final = Thresholds()
ZONE: Final = ZoneInfo("Europe/London")
FIRST: Final = date(2025, 11, 3)  # eight weeks of past, then the year
JUDGED_FROM: Final = date(2025, 12, 29)
JUDGED_TO: Final = date(2026, 12, 28)
WEEKDAYS: Final = (1.25, 1.2, 1.1, 1.05, 1.0, 0.75, 0.65)
HOURS: Final = (
    0.2, 0.1, 0.1, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 5, 6, 6, 5, 5, 5, 5, 5, 5, 6, 7, 7, 5, 3, 1,
)  # fmt: skip
HOLIDAYS: Final = {
    date(2025, 12, 24): 0.4, date(2025, 12, 25): 0.2, date(2025, 12, 26): 0.3, date(2026, 1, 1): 0.3,
    date(2026, 4, 3): 0.4, date(2026, 4, 6): 0.4, date(2026, 5, 4): 0.5, date(2026, 5, 25): 0.5,
    date(2026, 8, 31): 0.5, date(2026, 12, 24): 0.4, date(2026, 12, 25): 0.2, date(2026, 12, 26): 0.3,
}  # fmt: skip
GROWTH_A_YEAR: Final = 0.4
REFUNDED: Final = 0.08  # refunds a booking
LIVELY: Final = 0.2  # coefficient of variation of a day's bookings, on top of chance


@dataclass(frozen=True, slots=True)
class Year:
    """The roll-ups' facts by day, what each figure reads in them, and when bookings were made (UTC, in order)."""

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
    read = {key: samples(figure, days, FIRST, max(days), LIMITS) for key, figure in FIGURES.items()}
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
    facts = Sums(
        Counter(
            booked=booked, viewed_events=viewed, started_events=started, reached_deposit_page=opened,
            reached_attempt=tried, reached_paid=paid, attempts_succeeded=paid,
            attempts_failed=poisson(chance, paid * 0.09 * _lively(chance, 0.3)), refunds=_refunds(chance, booked),
        )
    )  # fmt: skip
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
