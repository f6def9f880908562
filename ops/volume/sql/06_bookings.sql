INSERT INTO bookings_booking (
    id, reference, caregiver_id, care_recipient_id, session_id, status, notes, price_amount, deposit_amount, currency,
    policy, hold_minutes, created_at, hold_expires_at, confirmed_at, release_to, release_attempts
)
SELECT booking_id, pg_temp.reference(booking_id), %(caregiver)s + person, %(recipient)s + person, session_id, status,
    '', price, deposit, currency,
    '[{"hours_before": 72, "refund_percent": 100}, {"hours_before": 24, "refund_percent": 50}]', 30,
    created_at, created_at + interval '30 minutes', paid_at, '', 0
FROM volume_plan;

INSERT INTO bookings_bookingtransition (
    booking_id, occurred_at, from_status, to_status, reason, actor_kind, actor_id, source, stripe_event_id
)
SELECT booking_id, created_at, '', 'awaiting_deposit', '', 'user', (%(user)s + person)::text, 'caregiver', ''
FROM volume_plan
UNION ALL
SELECT booking_id, paid_at, 'awaiting_deposit', 'confirmed', '', 'stripe', 'evt_volume_' || payment_id, 'webhook',
    'evt_volume_' || payment_id
FROM volume_plan WHERE paid_at IS NOT NULL
UNION ALL
SELECT booking_id, coalesce(left_at, attended_at), CASE WHEN paid_at IS NULL THEN 'awaiting_deposit' ELSE 'confirmed' END,
    status, '', 'system', 'seed', 'schedule', ''
FROM volume_plan WHERE coalesce(left_at, attended_at) IS NOT NULL;
