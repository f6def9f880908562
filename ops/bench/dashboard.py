"""The dashboard on a big ledger: its figures beside other SQL, what keeping them costs, and how late they are."""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

from ops.bench.environment import BenchEnvironment
from ops.bench.result import FULL, Pairs, Result, Size, at_least, at_most, median_ratio, medians, pairs

KEPT: Final = "BENCH_VOLUME_URL"  # a PostgreSQL filled by seed_volume and rolled up, to measure there again and again
WRITERS: Final = 2
REFRESHER: Final = ("ops.stack.call", "ops.bench.portal_calls:keep_refreshing")


def figures(place: BenchEnvironment, size: Size) -> Iterator[Result]:
    """Every benchmark that needs the big ledger: it is made once."""
    with _ledger(place, size) as environment:
        place.python("manage.py", "createcachetable", env=environment)
        found = place.child("dashboard_queries:measure", size.rounds, env=environment)
        yield from _compared(found, size)
        yield from _kept_in_step(place, size, environment)


@contextmanager
def _ledger(place: BenchEnvironment, size: Size) -> Iterator[Mapping[str, str]]:
    if kept := os.environ.get(KEPT):
        yield place.environment("", {"DATABASE_URL": kept})
        return
    with place.database("bench_volume") as database:
        environment = place.environment(database)
        place.python("manage.py", "seed_volume", "--bookings", str(size.bookings), "--no-audit", env=environment)
        place.python("manage.py", "rebuild_rollups", env=environment)
        yield environment


def _compared(found: dict[str, Pairs], size: Size) -> Iterator[Result]:
    page, answer = medians(found["pages"])
    note = "ms, the page against its JSON, one year, all services"
    yield Result("dashboard_1y_response_ms", page * 1000, page * 1000, answer * 1000, note, at_most(250), "ms")
    mine, theirs = medians(found["rollup_sql"])
    note = "s, all figures of a year by hand-written SQL over the same roll-ups"
    yield Result("dashboard_vs_handwritten", median_ratio(found["rollup_sql"]), mine, theirs, note, at_most(3))
    mine, theirs = medians(found["statuses"])
    note = "s, bookings by day and status of a year, one plain GROUP BY over a covering index"
    yield Result("dashboard_statuses_1y_vs_naive", theirs / mine, mine, theirs, note)
    for key, name, bound in (("year", "dashboard_1y_vs_naive", 100), ("month", "dashboard_30d_vs_naive", 50)):
        mine, theirs = medians(found[key])
        goal = at_least(bound) if size.bookings == FULL.bookings else None  # a small ledger is quick either way
        note = f"s, all figures by best-indexed plain SQL, {size.bookings:,} bookings, equal"
        yield Result(name, theirs / mine, mine, theirs, note, goal)


def _kept_in_step(place: BenchEnvironment, size: Size, environment: Mapping[str, str]) -> Iterator[Result]:
    """Writing with the refresher at work and without; and how long until a booking is counted meanwhile."""

    def write() -> float:
        with ThreadPoolExecutor(WRITERS) as pool:
            runs = [pool.submit(place.child, "writes:write", size.seconds * 2, env=environment) for _ in range(WRITERS)]
            done = [run.result() for run in runs]
        return float(sum(one["moves"] / one["seconds"] for one in done))

    def with_refresher() -> float:
        with place.program("refresher", REFRESHER, environment):
            return write()

    measured = pairs(with_refresher, write, max(1, size.rounds // 2))
    mine, theirs = medians(measured)
    note = f"changes of state a second, {WRITERS} writers, with the refresher and without"
    yield Result("rollup_write_cost", median_ratio(measured), mine, theirs, note, at_least(0.7))
    with place.program("refresher", REFRESHER, environment):
        lags = place.child("writes:lags", size.rounds * 2, env=environment)
    note = f"s, the longest and the shortest of {len(lags)} bookings"
    yield Result("rollup_freshness_s", max(lags), max(lags), min(lags), note, at_most(5), "s")
