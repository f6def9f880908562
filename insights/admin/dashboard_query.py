"""What the address asks for, and the addresses of other periods."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Self
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from insights.kpis.definition import Text
from insights.kpis.filters import BadFilter, Filter
from portal.common import clock

COMPARISONS: Final = {"previous": _("Previous period"), "none": _("Nothing")}


@dataclass(frozen=True, slots=True)
class DashboardQuery:
    """Days and service, and whether to compare them with the previous period."""

    filters: Filter
    with_previous: bool

    @property
    def compare(self) -> bool:
        """Whether the comparison is shown: future days are compared with nothing."""
        return self.with_previous and self.filters.first <= clock.reporting_day(clock.now())

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """From an address' `from`, `to`, `service` and `compare`. Raises BadFilter."""
        compare = query.get("compare", "previous")
        if compare not in COMPARISONS:
            raise BadFilter(_("“compare” must be “previous” or “none”."))
        return cls(Filter.read(query), compare == "previous")

    def address(self, **other: str | date) -> str:
        """The query string, with `other` instead of or beside its own parts."""
        parts = {
            "from": self.filters.first,
            "to": self.filters.last,
            "service": self.filters.service,
            "compare": "previous" if self.with_previous else "none",
        }
        return f"?{urlencode({**parts, **other})}"

    @property
    def presets(self) -> list[tuple[str, Text, bool]]:
        """(address, label, whether it is this one) of the common periods; service and comparison stay."""
        return [
            (
                self.address(**{"from": first, "to": last}),
                label,
                (first, last) == (self.filters.first, self.filters.last),
            )
            for label, first, last in common_periods(clock.reporting_day(clock.now()))
        ]


def common_periods(today: date) -> list[tuple[Text, date, date]]:
    """(label, first day, last day), both included."""
    this_month = today.replace(day=1)
    month_before = this_month - timedelta(days=1)
    recent = ((7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("A year")))
    return [
        (_("Today"), today, today),
        *((label, today - timedelta(days=days - 1), today) for days, label in recent),
        (_("This month"), this_month, today),
        (_("Last month"), month_before.replace(day=1), month_before),
    ]
