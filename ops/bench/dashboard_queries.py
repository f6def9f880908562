"""Times the dashboard's queries on the settings' database, beside the same by other SQL."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from insights.kpis.aggregates import Aggregates, Sums
from insights.kpis.filters import Filter
from insights.kpis.period import Period
from insights.rollups.models import DailyServiceTotals, Measure
from ops.bench import base_table_sql, rollup_sql
from ops.bench.result import Pairs, pairs
from portal.accounts.models import User
from portal.bookings.enums import BookingStatus
from portal.common import clock

LONG, SHORT = 365, 30
REPEATS: Final = 5  # of what takes milliseconds


def measure(rounds_text: str) -> dict[str, Pairs]:
    """Compare, then time, in a process that has loaded the portal as a web worker does: seconds of each round."""
    import_module("portal.wsgi")
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    rounds = int(rounds_text)
    base_table_sql.build_indexes()
    yesterday = clock.reporting_day(clock.now()) - timedelta(days=1)
    year, month = (Filter(yesterday - timedelta(days=days - 1), yesterday) for days in (LONG, SHORT))
    for period in (year, month):
        if not is_as_expected(period):
            raise SystemExit(f"the roll-ups of {period} are not what plain SQL says")
    found = {
        "rollup_sql": pairs(seconds(everything, year), seconds(rollup_sql.ask, year), rounds * REPEATS),
        "year": pairs(seconds(everything, year), seconds(base_table_sql.ask, year), rounds),
        "statuses": pairs(seconds(_statuses, year), seconds(_plain_statuses, year), rounds * REPEATS),
        "month": pairs(seconds(everything, month), seconds(base_table_sql.ask, month), rounds),
    }
    connection.close()  # plain SQL over years leaves its backend a fifth slower; a web worker's never runs any
    page, answer = _page("insights_dashboard"), _page("insights_data")
    return found | {"pages": pairs(seconds(page, year), seconds(answer, year), rounds * 2)}


def is_as_expected(period: Filter) -> bool:
    """Whether the roll-ups say what the base tables say: of the whole, and of each day."""
    whole, days = base_table_sql.expected(period)
    return (whole, {day: days.get(day, Sums()) for day in period.days}) == everything(period)


def everything(period: Filter) -> tuple[Any, dict[date, Any]]:
    """All that KPIs are worked out from: the whole, and each day."""

    def at_hand(facts: Aggregates) -> Sums:
        known = ((measure, facts.histogram(measure)) for measure in Measure.values)
        parts = {part: getattr(facts, part) for part in ("money", "declines", "notifications", "media", "viewers")}
        return Sums(
            counts=Counter(facts.counts), histograms={measure: found for measure, found in known if found}, **parts
        )

    read = Period(period)
    return at_hand(read.totals), {day: at_hand(facts) for day, facts in read.days.items()}


def _statuses(period: Filter) -> list[Any]:
    """Bookings by day and status, as one question to the roll-ups."""
    days = DailyServiceTotals.objects.filter(day__gte=period.first, day__lte=period.last).values_list("day")
    return list(days.annotate(**{f"sum_{status}": Sum(status.value) for status in BookingStatus}))


def _plain_statuses(period: Filter) -> Any:
    return base_table_sql.ask(period, ("statuses",))


def seconds(call: Callable[[Filter], Any], period: Filter) -> Callable[[], float]:
    """How long `call` takes, the first time left out."""
    call(period)

    def once() -> float:
        began = time.perf_counter()
        call(period)
        return time.perf_counter() - began

    return once


def _page(name: str) -> Callable[[Filter], None]:
    """One whole answer of the portal, middleware and template included, to a signed-in administrator."""
    client = Client(SERVER_NAME="127.0.0.1")
    user = User.objects.filter(is_superuser=True).first() or User.objects.create_superuser("bench@example.com", "-")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")

    def get(period: Filter) -> None:
        answer = client.get(reverse(name), {"from": str(period.first), "to": str(period.last)})
        if answer.status_code != 200:
            raise RuntimeError(f"{name} answered {answer.status_code}")

    return get
