"""Pulling many intents from a Stripe that takes 25 requests a second."""

import time
from collections.abc import Iterator
from math import ceil

from ops.bench.place import Place
from ops.bench.result import Result, at_most
from ops.bench.size import Size
from ops.stack.sandbox import SandboxControl

PER_SECOND, PAGE = 25, 100
DAYS = 31  # as far back as every night's run looks
AT_ONCE = 5_000


def remote(place: Place, size: Size) -> Iterator[Result]:
    """Once: it takes as long as it takes. Every intent must be staged once, or the run fails."""
    count, until = size.remote_intents, int(time.time())
    with place.database("bench_remote") as database, place.sandbox() as sandbox:
        _seed(sandbox, count, until - DAYS * 86_400, until)
        sandbox.faults(api={"rate_limit_per_s": PER_SECOND})
        environment = place.environment(database, {"STRIPE_API_BASE": sandbox.url})
        done = place.child("ops.bench.pulling", str(DAYS), env=environment)
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
        sandbox.control(
            "seed_intents", count=some, amount=1125, currency="gbp", status="canceled",
            created_from=edges[number], created_to=edges[number + 1] - 1,
        )  # fmt: skip
