"""Many payments by one INSERT. Their bookings are left out: reconciliation does not look at those."""

from django.db import connection, transaction

from ops.bench.local.listing import CYCLE, planted
from payments.enums import DiscrepancyKind

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


def fill(count: int) -> None:
    """`count` payments of the last month; for the few that are planted so, the fee is not known."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no key is checked: there are no bookings
        cursor.execute(FILL.format(cycle=CYCLE), [count, count])
        unknown = [number + 1 for number in planted(DiscrepancyKind.FEE_MISSING, count)]
        cursor.execute("UPDATE payments_payment SET fee_amount = NULL WHERE id = ANY(%s)", [unknown])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE payments_payment")
