"""Limits: how many tries one client, network or account has. One table of counters, counted in one statement.

`settings.LIMITS` names them: action -> "amount/period/by, ..." where `by` is

- `user`: the person signed in;
- `client`: an IPv4 address, or an IPv6 /64. Behind one IPv4 address there may be a whole office, so nothing wider is
  taken for one client; a /64 is what one customer gets, who may use any of its addresses;
- `network`: IPv4 /24 or IPv6 /48, for whoever has a whole network of addresses;
- `account`: the account that is tried, from wherever;
- `account+client`, `account+network`: the account, from there. So a stranger cannot lock the owner out.

The time of a counter begins with its first try. Every try is counted, also one that is refused, before anything else is
done with it; what turns out to be right is given back.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from allauth.core.ratelimit import respond_429
from django.conf import settings
from django.db import connection
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from portal.common import clock
from portal.security.clients import client_network, coarse_address
from portal.security.models import LimitCounter

SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
SWEEP_BATCH: Final = 5_000
_RATE: Final = re.compile(r"(\d+)/(\d*)([smhd])/(user|client|network|account|account\+client|account\+network)")
_COUNT: Final = """
    INSERT INTO {table} (key, tries, expires_at) VALUES {rows}
    ON CONFLICT (key) DO UPDATE SET
        tries = CASE WHEN {table}.expires_at <= %s THEN 1 ELSE {table}.tries + 1 END,
        expires_at = CASE WHEN {table}.expires_at <= %s THEN excluded.expires_at ELSE {table}.expires_at END
    RETURNING key, tries
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `amount` tries in `seconds`."""

    amount: int
    seconds: int
    by: str


@dataclass(frozen=True, slots=True)
class Tries:
    """Tries just counted; `reached` is whether one of the limits had been used up before."""

    keys: tuple[str, ...]
    reached: bool

    def give_back(self) -> None:
        """It was right: it counts for nothing."""
        LimitCounter.objects.filter(key__in=self.keys, tries__gt=0).update(tries=F("tries") - 1)


@lru_cache(maxsize=64)
def rates(text: str) -> tuple[Rate, ...]:
    """The limits that one line of `settings.LIMITS` names. Raises ValueError when it means nothing."""
    parsed = []
    for part in text.split(","):
        match = _RATE.fullmatch(part.strip())
        if match is None:
            raise ValueError(f"{part.strip()!r} is no limit: amount/period/by, such as 5/10m/client")
        parsed.append(Rate(int(match[1]), int(match[2] or 1) * SECONDS[match[3]], match[4]))
    return tuple(parsed)


def count(action: str, request: HttpRequest, *, account: str = "") -> Tries:
    """Count one try of `action`; `account` names what is tried to be entered, as the caller tells accounts apart."""
    now = clock.now()
    applied = rates(settings.LIMITS[action])
    keys = {_key(action, rate, request, account): rate for rate in applied}
    tries = _count(sorted((key, now + timedelta(seconds=rate.seconds)) for key, rate in keys.items()), now)
    return Tries(tuple(keys), reached=any(tries[key] > rate.amount for key, rate in keys.items()))


def or_429(request: HttpRequest, action: str) -> HttpResponse | None:
    """Count one try of `action`: the refusal when a limit has been reached, else None."""
    if not count(action, request).reached:
        return None
    refusal: HttpResponse = respond_429(request)
    return refusal


def forget(action: str, request: HttpRequest, *, account: str) -> None:
    """The owner has shown who they are: tries for the account count no more, wherever they were made from here."""
    mine = [rate for rate in rates(settings.LIMITS[action]) if "account" in rate.by]
    LimitCounter.objects.filter(key__in=[_key(action, rate, request, account) for rate in mine]).delete()


def sweep() -> int:
    """Delete the counters whose time is over, in batches; returns how many."""
    total = 0
    while True:
        over = LimitCounter.objects.filter(expires_at__lte=clock.now()).order_by("expires_at").values("key")
        keys = [row["key"] for row in over[:SWEEP_BATCH]]
        deleted, _ = LimitCounter.objects.filter(key__in=keys, expires_at__lte=clock.now()).delete()
        total += deleted
        if len(keys) < SWEEP_BATCH:
            return total


def _key(action: str, rate: Rate, request: HttpRequest, account: str) -> str:
    parts: list[str] = [action, str(rate.amount), str(rate.seconds)]
    for by in rate.by.split("+"):
        parts += [by, _subject(by, request, account)]
    return salted_hmac("portal.security.limits", "|".join(parts), algorithm="sha256").hexdigest()


def _subject(by: str, request: HttpRequest, account: str) -> str:
    match by:
        case "user":
            return str(request.user.pk)
        case "client":
            return client_network(request)
        case "network":
            return coarse_address(request)
        case _:
            return account


def _count(rows: Sequence[tuple[str, datetime]], now: datetime) -> dict[str, int]:
    """Rows in the order of their keys, so that two requests that share some never wait for each other in a circle."""
    written = connection.ops.adapt_datetimefield_value
    statement = _COUNT.format(table=LimitCounter._meta.db_table, rows=", ".join(["(%s, 1, %s)"] * len(rows)))
    values = [value for key, expires_at in rows for value in (key, written(expires_at))]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, written(now), written(now)])
        return {str(key): int(tries) for key, tries in cursor.fetchall()}
