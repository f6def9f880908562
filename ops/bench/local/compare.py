"""`python -m ops.bench.local.compare fill|ours|copy|loop COUNT [ROWS]`: one way to compare; prints JSON.

Each runs in a process of its own, so that the memory it reports is its own.
"""

import json
import resource
import sys
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import django


def ours(count: int) -> dict[str, Any]:
    """Stage and compare as reconciliation does. Raises RuntimeError unless exactly what is planted is found."""
    from ops.bench.local.listing import disputes, expected, intents, refunds
    from payments.domain.reconciliation.diff import STEPS
    from payments.domain.reconciliation.load import analyze, clear, room_to_join, stage
    from payments.enums import RunKind, RunState
    from payments.models import ReconciliationRun, StagedDispute, StagedIntent, StagedRefund
    from portal.common import clock

    now = clock.now()
    run = ReconciliationRun(kind=RunKind.FULL, state=RunState.FINISHED, since=now - timedelta(days=33), until=now)
    run.save()
    clear()
    before, started = _peak_mb(), time.perf_counter()
    listed: list[tuple[Any, Iterable[Any]]] = [
        (StagedIntent, intents(count)),
        (StagedRefund, refunds(count)),
        (StagedDispute, disputes(count)),
    ]
    for model, rows in listed:
        for _ in stage(model, run, rows):
            pass
        analyze(model)
    with room_to_join():
        found = [(finding.kind.value, finding.stripe_id) for step in STEPS for finding in step(run)]
    seconds, peak = time.perf_counter() - started, _peak_mb()
    _exactly(found, expected(count))
    return {"seconds": seconds, "found": len(found), "peak_mb": peak, "before_mb": before}


def copy(count: int) -> dict[str, Any]:
    """The same intents, ready as COPY's text, into a bare table; then one FULL JOIN."""
    from django.db import connection

    from ops.bench.local.listing import intents

    text = ["".join(f"{chr(9).join(map(str, row))}\n" for row in intents(count)).encode()]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_raw")
        cursor.execute(
            "CREATE TABLE bench_raw (stripe_id varchar(255), status varchar(40), amount bigint, currency varchar(3), "
            "received bigint, payment_ref varchar(20))"
        )
        started = time.perf_counter()
        with cursor.copy("COPY bench_raw FROM STDIN") as stream:
            for part in text:
                stream.write(part)
        cursor.execute(
            "SELECT count(*) FROM bench_raw r FULL JOIN payments_payment p ON p.intent_id = r.stripe_id "
            "WHERE r.stripe_id IS NULL OR p.id IS NULL OR r.amount <> p.amount OR r.currency <> p.currency "
            "OR (r.status = 'succeeded') <> (p.status = 'succeeded')"
        )
        return {"found": cursor.fetchone()[0], "seconds": time.perf_counter() - started}


def loop(count: int, rows: int) -> dict[str, Any]:
    """The first `rows` intents, each looked up and compared through the ORM."""
    from itertools import islice

    from ops.bench.local.listing import intents
    from payments.models import Payment

    some, found = list(islice(intents(count), rows)), 0
    started = time.perf_counter()
    for stripe_id, status, amount, currency, _, _ in some:
        payment = Payment.objects.filter(intent_id=stripe_id).first()
        if payment is None:
            found += 1
            continue
        same_money = (payment.amount, payment.currency) == (amount, currency)
        found += not same_money or (payment.status == "succeeded") != (status == "succeeded")
    return {"seconds": time.perf_counter() - started, "found": found}


def _exactly(found: list[tuple[str, str]], expected: set[tuple[str, str]]) -> None:
    if sorted(found) != sorted(expected):
        missed, false = expected - set(found), [one for one in found if one not in expected]
        raise RuntimeError(f"missed {sorted(missed)[:5]}, found without cause {false[:5]}, {len(found)} in all")


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(what: str, count: int, rows: int) -> dict[str, Any]:
    """Do it; returns what to print."""
    django.setup()
    from ops.bench.local.ledger import fill

    if what == "fill":
        fill(count)
        return {}
    return loop(count, rows) if what == "loop" else {"ours": ours, "copy": copy}[what](count)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0)))
