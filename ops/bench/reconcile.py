"""Reconciling many intents: without the network, beside raw COPY and one FULL JOIN and beside a loop over rows; and
pulling them from a Stripe that takes 25 requests a second.
"""

import time
from collections.abc import Iterator
from math import ceil
from statistics import median

from ops.bench.environment import BenchEnvironment
from ops.bench.result import Result, Size, at_least, at_most, median_ratio, medians, pairs
from ops.stack.sandbox import SandboxControl

PER_SECOND, PAGE = 25, 100
DAYS = 31  # as far back as every night's run looks
AT_ONCE = 5_000


def local(place: BenchEnvironment, size: Size) -> Iterator[Result]:
    """Staging and comparing; exactly the planted differences must be found, or the run fails."""
    count, rows = size.local_intents, size.looped_rows
    with place.database("bench_local") as database:
        environment = place.environment(database)
        peaks: list[tuple[float, float]] = []

        def compared(what: str, *sizes: int) -> float:
            done = place.child(f"compare:{what}", *sizes, env=environment)
            if what == "ours":
                peaks.append((done["peak_mb"], done["before_mb"]))
            return float(done["seconds"])

        place.child("compare:fill", count, env=environment)
        measured = pairs(lambda: compared("ours", count), lambda: compared("copy", count), size.rounds)
        mine, theirs = medians(measured)
        note = f"s for {count:,} intents, raw COPY and one FULL JOIN"
        yield Result("reconcile_local_vs_copy", median_ratio(measured), mine, theirs, note, at_most(3))
        looped = median(compared("loop", count, rows) for _ in range(min(size.rounds, 3))) * count / rows
        note = f"s for {count:,} intents, a loop of the ORM reckoned up from {rows:,} rows"
        yield Result("reconcile_local_vs_orm", looped / mine, mine, looped, note, at_least(50))
        peak, before = max(peaks)
        note = "MB of the process at its highest, before it began"
        yield Result("reconcile_local_peak_memory", peak, peak, before, note, at_most(500), unit="MB")


def remote(place: BenchEnvironment, size: Size) -> Iterator[Result]:
    """Once: it takes as long as it takes. Every intent must be staged once, or the run fails."""
    count, until = size.remote_intents, int(time.time())
    with place.database("bench_remote") as database, place.sandbox() as sandbox:
        _seed(sandbox, count, until - DAYS * 86_400, until)
        sandbox.faults(api={"rate_limit_per_s": PER_SECOND})
        environment = place.environment(database, {"STRIPE_API_BASE": sandbox.url})
        done = place.child("portal_calls:pull_intents", DAYS, env=environment)
    if not done["staged"] == done["seen"] == count:
        raise RuntimeError(f"{done} of {count} intents")
    floor = ceil(count / PAGE) / PER_SECOND
    note = f"s for {count:,} intents, the limit of {PER_SECOND} requests/s alone"
    yield Result("reconcile_remote_vs_floor", done["seconds"] / floor, done["seconds"], floor, note, at_most(1.3))


def _seed(sandbox: SandboxControl, count: int, first: int, last: int) -> None:
    parts = ceil(count / AT_ONCE)
    edges = [first + (last - first) * number // parts for number in range(parts + 1)]
    for number in range(parts):
        some = min(AT_ONCE, count - number * AT_ONCE)
        when = {"created_from": edges[number], "created_to": edges[number + 1] - 1}
        sandbox.control("seed_intents", count=some, amount=1125, currency="gbp", status="canceled", **when)
