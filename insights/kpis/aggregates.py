"""What KPIs are computed from: sums over a period, or over one of its days."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from insights.rollups.models import DailyServiceTotals

KEYS: Final = {"id", "day", "service_id", "currency"}
_COLUMNS: Final = tuple(f.name for f in DailyServiceTotals._meta.concrete_fields if f.name not in KEYS)
MONEY: Final = tuple(name for name in _COLUMNS if name.endswith("_amount"))
COUNTS: Final = tuple(name for name in _COLUMNS if name not in MONEY)
NOTIFIED: Final = ("queued", "sent", "failed", "paid_after")
PLAYED: Final = ("plays", "completed", "downloads", "watched_seconds")
EVERYTHING: Final = ""  # the key of a day's media, all items together


class Aggregates(Protocol):
    """`counts` by column; `money[column][currency]` in minor units; `histogram(measure)[edge]`;
    `notifications[template][column]`; `media[item][column]`; `viewers` are different people.

    A day has no `declines`, and its media under EVERYTHING: no KPI needs more.
    """

    @property
    def counts(self) -> Mapping[str, int]: ...
    @property
    def money(self) -> Mapping[str, Counter[str]]: ...
    @property
    def declines(self) -> Counter[str]: ...
    @property
    def notifications(self) -> Mapping[str, Mapping[str, int]]: ...
    @property
    def media(self) -> Mapping[str, Mapping[str, int]]: ...
    @property
    def viewers(self) -> int: ...
    def histogram(self, measure: str) -> Counter[int]: ...


def no_money() -> dict[str, Counter[str]]:
    """No amount in any currency."""
    return {name: Counter() for name in MONEY}


@dataclass(slots=True)
class Sums:
    """Aggregates held in memory."""

    counts: Counter[str] = field(default_factory=Counter)
    money: dict[str, Counter[str]] = field(default_factory=no_money)
    declines: Counter[str] = field(default_factory=Counter)
    histograms: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    notifications: dict[str, dict[str, int]] = field(default_factory=dict)
    media: dict[str, dict[str, int]] = field(default_factory=dict)
    viewers: int = 0

    def histogram(self, measure: str) -> Counter[int]:
        """Empty when nothing was measured."""
        return self.histograms.get(measure, Counter())
