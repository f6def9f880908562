"""What the address asks for, and addresses that ask for something else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Self
from urllib.parse import urlencode

from insights.kpis.filters import BadFilter, Filter
from portal.common import clock

COMPARISONS: Final = {"previous": "The period before", "none": "Nothing"}


@dataclass(frozen=True, slots=True)
class Question:
    """Days and service, and whether the period before was asked for beside them."""

    asked: Filter
    with_previous: bool

    @property
    def compare(self) -> bool:
        """Whether it is shown: days to come are compared with nothing."""
        return self.with_previous and self.asked.first <= clock.reporting_day(clock.now())

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """From an address' `from`, `to`, `service` and `compare`. Raises BadFilter."""
        compare = query.get("compare", "previous")
        if compare not in COMPARISONS:
            raise BadFilter("“compare” is either “previous” or “none”.")
        return cls(Filter.read(query), compare == "previous")

    def address(self, **other: str | date) -> str:
        """This question's query string, with `other` instead of or beside its own parts."""
        parts = {
            "from": self.asked.first,
            "to": self.asked.last,
            "service": self.asked.service,
            "compare": "previous" if self.with_previous else "none",
        }
        return f"?{urlencode({**parts, **other})}"

    @property
    def presets(self) -> list[tuple[str, str, bool]]:
        """(address, label, whether it is this one) of the usual periods; service and comparison stay."""
        return [
            (
                self.address(**{"from": first, "to": last}),
                label,
                (first, last) == (self.asked.first, self.asked.last),
            )
            for label, first, last in usual_periods(clock.reporting_day(clock.now()))
        ]


def usual_periods(today: date) -> list[tuple[str, date, date]]:
    """(label, first day, last day), both included."""
    this_month = today.replace(day=1)
    month_before = this_month - timedelta(days=1)
    recent = ((7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "A year"))
    return [
        ("Today", today, today),
        *((label, today - timedelta(days=days - 1), today) for days, label in recent),
        ("This month", this_month, today),
        ("Last month", month_before.replace(day=1), month_before),
    ]
