"""A ledger of many payments and three ways to compare it with what Stripe would list, each in a process of its own.

So the memory that it reports is its own. Bookings are left out: reconciliation does not look at those.
"""

import resource
import time
from collections.abc import Iterable
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import connection, transaction

from ops.bench.listing import CYCLE, disputes, expected, intents, planted, refunds
from payments.domain.reconciliation.diff import STEPS
from payments.domain.reconciliation.load import analyze, clear, room_to_join, stage
from payments.enums import DiscrepancyKind, RunKind, RunState
from payments.models import Payment, ReconciliationRun, StagedDispute, StagedIntent, StagedRefund
from portal.common import clock

FILL = """
INSERT INTO payments_payment (
    id, booking_id, purpose, method, status, amount, currency, captured_amount, refunded_amount,
    pending_refund_amount, disputed_amount, fee_amount, intent_id, charge_id, balance_transaction_id,
    idempotency_key, receipt_email, metadata, created_at, updated_at, create_requested_at, succeeded_at
)
SELECT n + 1, n + 1, 'deposit', 'stripe',
       CASE WHEN paid THEN 'succeeded' WHEN n %% {cycle} < {cycle} - 1 THEN 'cancelled' ELSE 'pending' END,
       money, 'GBP', CASE WHEN paid THEN money ELSE 0 END, 0, 0, 0, CASE WHEN paid THEN 37 END,
       'pi_' || lpad(n::text, 9, '0'), 'ch_' || lpad(n::text, 9, '0'), CASE WHEN paid THEN 'txn_' || n ELSE '' END,
       'pay-' || n, '', '{{}}', made, made, made, CASE WHEN paid THEN made END
FROM (
    SELECT n, n %% {cycle} < 16 AS paid, 1000 + n %% 500 AS money,
           now() - interval '2 days' - (n * interval '28 days' / %s) AS made
    FROM generate_series(0, %s - 1) AS n
) AS numbers
"""


def fill(count_text: str) -> None:
    """`count` payments of the last month; for the few that are planted so, the fee is not known."""
    count = int(count_text)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no key is checked: there are no bookings
        cursor.execute(FILL.format(cycle=CYCLE), [count, count])
        unknown = [number + 1 for number in planted(DiscrepancyKind.FEE_MISSING, count)]
        cursor.execute("UPDATE payments_payment SET fee_amount = NULL WHERE id = ANY(%s)", [unknown])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE payments_payment")


def ours(count_text: str) -> dict[str, Any]:
    """Stage and compare as reconciliation does. Raises RuntimeError unless exactly what is planted is found."""
    now, count = clock.now(), int(count_text)
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


def copy(count: str) -> dict[str, Any]:
    """The same intents, ready as COPY's text, into a bare table; then one FULL JOIN."""
    text = ["".join(f"{chr(9).join(map(str, row))}\n" for row in intents(int(count))).encode()]
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


def loop(count: str, rows: str) -> dict[str, Any]:
    """The first `rows` intents, each looked up and compared through the ORM."""
    some, found = list(islice(intents(int(count)), int(rows))), 0
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
