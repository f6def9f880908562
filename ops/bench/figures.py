"""`python -m ops.bench.figures ROUNDS`: times the dashboard's figures on the settings' database; prints JSON.

Seconds, pair by pair: {"year": {"handwritten": [[ours, peer], …], "plain": …}, "month": {"plain": …}, "page": […]}.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from typing import Any, Final

from ops.bench.rounds import pairs

LONG, SHORT = 365, 30
REPEATS: Final = 5  # of what takes milliseconds


def main(rounds: int) -> None:
    """Compare, then time, in a process that has loaded the portal as a web worker does."""
    import_module("portal.wsgi")
    from django.conf import settings
    from django.db import connection

    from insights.kpis.aggregates import Sums
    from insights.kpis.filters import Filter
    from ops.bench import handwritten, plain
    from portal.common import clock

    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    plain.build_indexes()
    yesterday = clock.reporting_day(clock.now()) - timedelta(days=1)
    year, month = (Filter(yesterday - timedelta(days=days - 1), yesterday) for days in (LONG, SHORT))
    for asked in (year, month):
        whole, days = plain.sums(plain.ask(asked))
        if (whole, {day: days.get(day, Sums()) for day in asked.days}) != everything(asked):
            raise SystemExit(f"the roll-ups of {asked} are not what plain SQL says")
    found: dict[str, Any] = {
        "handwritten": pairs(seconds(everything, year), seconds(handwritten.ask, year), rounds * REPEATS),
        "year": pairs(seconds(everything, year), seconds(plain.ask, year), rounds),
        "statuses": pairs(seconds(_statuses, year), seconds(_plain_statuses, year), rounds * REPEATS),
        "month": pairs(seconds(everything, month), seconds(plain.ask, month), rounds),
    }
    connection.close()  # plain SQL over years leaves its backend a fifth slower; a web worker's never runs any
    found["pages"] = pairs(
        seconds(_page("insights_dashboard"), year), seconds(_page("insights_data"), year), rounds * 2
    )
    print(json.dumps(found))


def everything(asked: Any) -> tuple[Any, dict[date, Any]]:
    """All that figures are worked out from: the whole, and each day."""
    from insights.kpis.aggregates import Aggregates, Sums
    from insights.kpis.period import Period
    from insights.rollups.models import Measure

    def at_hand(facts: Aggregates) -> Sums:
        known = ((measure, facts.histogram(measure)) for measure in Measure.values)
        parts = {part: getattr(facts, part) for part in ("money", "declines", "notifications", "media", "viewers")}
        return Sums(
            counts=Counter(facts.counts), histograms={measure: found for measure, found in known if found}, **parts
        )

    period = Period(asked)
    return at_hand(period.totals), {day: at_hand(facts) for day, facts in period.days.items()}


def _statuses(asked: Any) -> list[Any]:
    """Bookings by day and status, as one question to the roll-ups."""
    from django.db.models import Sum

    from insights.rollups.models import DailyFigures
    from portal.bookings.enums import BookingStatus

    days = DailyFigures.objects.filter(day__gte=asked.first, day__lte=asked.last).values_list("day")
    return list(days.annotate(**{f"sum_{status}": Sum(status.value) for status in BookingStatus}))


def _plain_statuses(asked: Any) -> Any:
    from ops.bench import plain

    return plain.ask(asked, ("statuses",))


def seconds(call: Callable[[Any], Any], asked: Any) -> Callable[[], float]:
    """How long `call` takes, the first time left out."""
    call(asked)

    def once() -> float:
        began = time.perf_counter()
        call(asked)
        return time.perf_counter() - began

    return once


def _page(name: str) -> Callable[[Any], None]:
    """One whole answer of the portal, middleware and template included, to a signed-in administrator."""
    from django.test import Client
    from django.urls import reverse

    from portal.accounts.models import User

    client = Client(SERVER_NAME="127.0.0.1")
    user = User.objects.filter(is_superuser=True).first() or User.objects.create_superuser("bench@example.com", "-")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")

    def get(asked: Any) -> None:
        answer = client.get(reverse(name), {"from": str(asked.first), "to": str(asked.last)})
        if answer.status_code != 200:
            raise RuntimeError(f"{name} answered {answer.status_code}")

    return get


if __name__ == "__main__":
    main(int(sys.argv[1]))
