"""The front page from one gunicorn worker: made anew beside a bare view with one query, and from the cache."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median

from ops.bench.environment import BenchEnvironment
from ops.bench.result import Result, Size, at_least
from ops.bench.webhooks import CLIENTS, post, rate

CACHED, ANEW = "/", "/?made=anew"  # an address with a query is neither kept nor looked up
SEEN_WITHIN = 0.3  # seconds: a process looks for changes four times a second
WORKERS, TRIES = 3, 30


def front(place: BenchEnvironment, size: Size) -> Iterator[Result]:
    """Three contestants a round; then a published change must show on every worker, or the run fails."""
    with place.database("bench_pages") as database, ExitStack() as servers:
        environment = place.environment(database)
        place.child("portal_calls:fill_site", env=environment)
        ours = servers.enter_context(place.gunicorn("front", 1, environment))
        stripped = {**environment, "DJANGO_SETTINGS_MODULE": "ops.bench.bare_settings"}
        bare = servers.enter_context(place.gunicorn("bare", 1, stripped))
        for port, path in ((bare, "/"), (ours, ANEW), (ours, CACHED)):
            rate(port, [_get(port, path)] * 30)
        rounds = [
            (
                rate(bare, [_get(bare, "/")] * size.events),
                rate(ours, [_get(ours, ANEW)] * size.events_stock),
                rate(ours, [_get(ours, CACHED)] * size.events),
            )
            for _ in range(size.rounds)
        ]
        _must_show_at_once(place, environment)
    empty, anew, cached = (median(column) for column in zip(*rounds, strict=True))
    note = f"requests/s of one worker and {CLIENTS} clients, a bare view with one query"
    yield Result("page_home_vs_bare", median(b / a for a, b, _ in rounds), anew, empty, note, at_least(0.12))
    note = f"requests/s of one worker and {CLIENTS} clients, the same page made anew"
    yield Result("page_cached_vs_uncached", median(c / b for _, b, c in rounds), cached, anew, note, at_least(8))


def _get(port: int, path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()


def _must_show_at_once(place: BenchEnvironment, environment: dict[str, str]) -> None:
    with place.gunicorn("workers", WORKERS, environment) as port:
        for _ in range(TRIES):
            post(port, _get(port, CACHED))
        place.child("portal_calls:publish", "A new heading", env=environment)
        time.sleep(SEEN_WITHIN)
        old = sum(b"A new heading" not in post(port, _get(port, CACHED)) for _ in range(TRIES))
        if old:
            raise RuntimeError(f"{old} of {TRIES} visitors saw the old page after a change was published")
