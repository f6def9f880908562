INSERT INTO payments_payment (
    id, booking_id, purpose, method, status, amount, currency, captured_amount, refunded_amount, pending_refund_amount,
    disputed_amount, fee_amount, intent_id, charge_id, balance_transaction_id, idempotency_key, receipt_email, metadata,
    created_at, updated_at, create_requested_at, first_attempt_at, succeeded_at, known_at
)
SELECT payment_id, booking_id, 'deposit', 'stripe',
    CASE WHEN paid_at IS NOT NULL THEN CASE WHEN refund = 0 THEN 'succeeded' WHEN refund < deposit
             THEN 'partially_refunded' ELSE 'refunded' END
         WHEN left_at IS NOT NULL THEN 'cancelled'
         ELSE 'pending' END,
    deposit, currency, CASE WHEN paid_at IS NULL THEN 0 ELSE deposit END, refund, 0,
    CASE WHEN disputed AND refund = 0 THEN deposit ELSE 0 END,
    CASE WHEN paid_at IS NOT NULL THEN 20 + deposit / 70 END,
    CASE WHEN opened_at IS NOT NULL THEN 'pi_volume_' || payment_id END,
    CASE WHEN paid_at IS NULL THEN '' ELSE 'ch_volume_' || payment_id END,
    CASE WHEN paid_at IS NULL THEN '' ELSE 'txn_volume_' || payment_id END,
    'pay-volume-' || payment_id, '', '{}', created_at, coalesce(attended_at, left_at, paid_at, created_at), opened_at,
    CASE WHEN declines > 0 THEN opened_at + interval '10 seconds' ELSE paid_at END, paid_at, paid_at
FROM volume_plan;

INSERT INTO payments_paymentattempt (payment_id, occurred_at, outcome, code, decline_code, reference)
SELECT payment_id, coalesce(opened_at, created_at) + make_interval(secs => 10 * attempt), 'failed', 'card_declined',
    (ARRAY['insufficient_funds', 'insufficient_funds', 'generic_decline', 'do_not_honor', 'lost_card', 'expired_card',
           'incorrect_cvc'])[1 + floor(7 * pg_temp.chance(n, 29 + attempt))::integer],
    'evt_volume_' || payment_id || '_' || attempt
FROM volume_plan, generate_series(1, declines) attempt
UNION ALL
SELECT payment_id, paid_at, 'succeeded', '', '', 'ch_volume_' || payment_id FROM volume_plan WHERE paid_at IS NOT NULL;

INSERT INTO payments_refund (
    payment_id, amount, believed_balance, reason, note, status, stripe_refund_id, balance_transaction_id, failure_code,
    sequence, created_at, first_sent_at, settled_at, attempts, due_at, last_error
)
SELECT payment_id, refund, deposit, CASE WHEN left_at IS NULL THEN 'goodwill' ELSE 'cancellation' END, '', 'succeeded',
    're_volume_' || payment_id, '', '', 1, coalesce(left_at, attended_at), coalesce(left_at, attended_at),
    coalesce(left_at, attended_at) + interval '20 seconds', 1, coalesce(left_at, attended_at), ''
FROM volume_plan WHERE refund > 0;

INSERT INTO payments_dispute (
    payment_id, stripe_dispute_id, amount, status, reason, is_charge_refundable, withdrawn_amount, opened_at, updated_at
)
SELECT payment_id, 'dp_volume_' || payment_id, deposit, 'needs_response', 'fraudulent', false, deposit,
    attended_at + interval '5 days', attended_at + interval '5 days'
FROM volume_plan WHERE disputed AND refund = 0;

INSERT INTO payments_paymenttransition (
    payment_id, occurred_at, from_status, to_status, reason, actor_kind, actor_id, source, stripe_event_id
)
SELECT payment_id, paid_at, 'pending', 'succeeded', '', 'stripe', 'evt_volume_' || payment_id, 'webhook',
    'evt_volume_' || payment_id
FROM volume_plan WHERE paid_at IS NOT NULL
UNION ALL
SELECT payment_id, coalesce(left_at, attended_at) + interval '20 seconds', 'succeeded',
    CASE WHEN refund < deposit THEN 'partially_refunded' ELSE 'refunded' END, '', 'system', 'seed', 'schedule', ''
FROM volume_plan WHERE refund > 0
UNION ALL
SELECT payment_id, left_at, 'pending', 'cancelled', '', 'system', 'seed', 'schedule', ''
FROM volume_plan WHERE paid_at IS NULL AND left_at IS NOT NULL;
