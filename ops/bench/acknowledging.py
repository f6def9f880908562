"""How long Stripe waits for our answer to a webhook, while its own API hangs every call of our worker."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from statistics import quantiles
from typing import Any

from ops.bench.environment import BenchEnvironment
from ops.bench.ingest import WORKERS, server
from ops.bench.result import Result, Size, at_most, median_ratio, medians, pairs
from ops.bench.webhooks import delivery, event, paced, rate
from ops.stack.program import until
from ops.stack.sandbox import SandboxControl

PER_SECOND = 300
WITHOUT_END = 1_000_000
RECOVERY_SECONDS = 120


def hanging(place: BenchEnvironment, size: Size) -> Iterator[Result]:
    """Rounds of hanging and answering in turn; no event may be lost in either, or the run fails."""
    with place.database("bench_acknowledge") as database, ExitStack() as servers:
        sandbox = servers.enter_context(place.sandbox())
        environment = place.environment(database, {"STRIPE_API_BASE": sandbox.url})
        to = server(place, servers, "acknowledging", environment)
        servers.enter_context(place.worker(environment))
        charge, port = _charge(sandbox), to.port

        def requests(count: int) -> list[bytes]:
            return [delivery(to, event("charge.updated", charge)) for _ in range(count)]

        def p99(hang: bool) -> float:
            sandbox.faults(api={"hang_next": WITHOUT_END if hang else 0})
            if not hang:
                _wait_until_it_works(place, database, lambda: rate(port, requests(5)))
            answered = paced(port, requests(PER_SECOND * size.seconds), PER_SECOND)
            return quantiles(answered, n=100)[98] * 1000

        rate(port, requests(60 * WORKERS))
        measured = pairs(lambda: p99(True), lambda: p99(False), size.pairs)
        _nothing_lost(place, database, 60 * WORKERS + 2 * size.pairs * PER_SECOND * size.seconds)
    mine, normal = medians(measured)
    note = f"ms, p99 at {PER_SECOND} events/s, Stripe answering"
    yield Result("ack_p99_hang_vs_normal", median_ratio(measured), mine, normal, note, at_most(1.3))


def _charge(sandbox: SandboxControl) -> dict[str, Any]:
    """A charge that Stripe knows and we do not: the worker asks for it with every event."""
    form = {"payment_method": "pm_card_visa", "payment_method_types[]": "card"}
    paid = sandbox.post("payment_intents", amount=1125, currency="gbp", confirm="true", **form)
    return {"id": paid.raise_for_status().json()["latest_charge"], "object": "charge"}


def _wait_until_it_works(place: BenchEnvironment, database: str, ring: Any) -> None:
    """Until the worker, which may still wait for a call that hung, has applied an event since now."""
    began = time.time()

    def works() -> bool:
        ring()
        time.sleep(0.5)
        query = f"SELECT count(*) FROM payments_receivedevent WHERE applied_at > to_timestamp({began})"
        return bool(place.postgres.execute(database, query)[0][0])

    until(works, "the worker's recovery", RECOVERY_SECONDS)


def _nothing_lost(place: BenchEnvironment, database: str, least: int) -> None:
    stored = place.postgres.execute(database, "SELECT count(*) FROM payments_receivedevent")[0][0]
    if stored < least:
        raise RuntimeError(f"{least - stored} acknowledged events are not in the inbox")
