"""Taking in a webhook: our view beside stock dj-stripe's, and beside PostgreSQL doing nothing but the insert."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median

from ops.bench.environment import BenchEnvironment
from ops.bench.inserts import pgbench_rate
from ops.bench.result import Goal, Pairs, Result, Size, at_least, median_ratio, medians, pairs
from ops.bench.webhooks import CLIENTS, Endpoint, delivery, rate, succeeded
from ops.stack.program import free_port

WORKERS = 2 * (os.cpu_count() or 1) + 1  # gunicorn's own rule
STOCK_SETTINGS = "ops.bench.stock_settings"


def at_once(place: BenchEnvironment, size: Size) -> Iterator[Result]:
    """Stripe answers at once; then the same insert without a web server."""
    with place.database("bench_ingest") as database, ExitStack() as servers:
        ours = server(place, servers, "ours", place.environment(database))
        stock = _stock(place, servers, database, delay_ms=0)
        measured = _measured(ours, stock, size)
        yield _result("ingest_vs_stock", measured, at_least(10))
        mine, _ = medians(measured)
        insert = median(pgbench_rate(place, database, CLIENTS, size.seconds) for _ in range(size.rounds))
        note = "events/s, pgbench doing the same insert"
        yield Result("ingest_vs_pgbench", mine / insert, mine, insert, note)


def after_100ms(place: BenchEnvironment, size: Size) -> Iterator[Result]:
    """Stripe takes 100 ms."""
    with place.database("bench_ingest") as database, ExitStack() as servers:
        ours = server(place, servers, "ours", place.environment(database))
        stock = _stock(place, servers, database, delay_ms=100)
        measured = _measured(ours, stock, size)
        yield _result("ingest_vs_stock_100ms", measured, at_least(15))


def _result(name: str, measured: Pairs, goal: Goal) -> Result:
    mine, theirs = medians(measured)
    return Result(
        name, median_ratio(measured), mine, theirs, f"events/s, {WORKERS} workers and {CLIENTS} clients each", goal
    )


def _measured(ours: Endpoint, stock: Endpoint, size: Size) -> Pairs:
    def once(to: Endpoint, count: int) -> float:
        return rate(to.port, [delivery(to, succeeded()) for _ in range(count)])

    for endpoint in (ours, stock):
        once(endpoint, 60 * WORKERS)  # every worker has served, and knows its account
    return pairs(lambda: once(ours, size.events), lambda: once(stock, size.events_stock), size.rounds)


def _stock(place: BenchEnvironment, servers: ExitStack, database: str, delay_ms: int) -> Endpoint:
    port = free_port()
    servers.enter_context(place.program("answering", ["ops.bench.answering", str(port), str(delay_ms)], {}, port))
    api = f"http://127.0.0.1:{port}"
    own = servers.enter_context(place.database(f"{database}_stock"))
    extra = {"DJANGO_SETTINGS_MODULE": STOCK_SETTINGS, "STRIPE_API_BASE": api}
    return server(place, servers, "stock", place.environment(own, extra))


def server(place: BenchEnvironment, servers: ExitStack, name: str, environment: dict[str, str]) -> Endpoint:
    """A web server that takes events."""
    kept = place.child("portal_calls:make_endpoint", env=environment)
    port = servers.enter_context(place.gunicorn(name, WORKERS, environment))
    return Endpoint(port, kept["path"], kept["secret"])
