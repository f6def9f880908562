"""Anomalies put into a normal year: what goes wrong, how badly, and on which KPI it has to be found."""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from random import Random
from typing import Final

from insights.kpis.aggregates import Sums
from insights.rollups.models import Measure
from ops.anomalies.normal_year import REFUNDED, part, poisson

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


def _lags(seconds: int) -> Change:
    def change(chance: Random, facts: Sums) -> None:
        events = sum(facts.histograms[Measure.WEBHOOK_LAG].values())
        facts.histograms[Measure.WEBHOOK_LAG] = Counter({2: events - events // 5, seconds: events // 5})

    return change


def _refunds(times_more: int) -> Change:
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
    Plant("webhook_lag_p95", "one event in five takes an hour", True, _lags(3600)),
    Plant("webhook_lag_p95", "one event in five takes two minutes", False, _lags(120)),
    Plant("refunds_made", "twenty times as many as usual", True, _refunds(19)),
    Plant("refunds_made", "five times as many as usual", False, _refunds(4)),
)
