-- As many audit rows as changes of state. They wait for the sealer, as rows do that were just written.
INSERT INTO audit_auditevent (
    occurred_at, action, object_type, object_id, actor_kind, actor_id, source, stripe_event_id, data, seal
)
SELECT occurred_at, CASE WHEN from_status = '' THEN 'booking.made' ELSE 'booking.moved' END, 'bookings.booking',
    booking_id::text, actor_kind, actor_id, source, stripe_event_id,
    jsonb_build_object('from', from_status, 'to', to_status, 'reason', reason), ''
FROM bookings_bookingtransition WHERE booking_id > %(booking)s
UNION ALL
SELECT occurred_at, 'payment.moved', 'payments.payment', payment_id::text, actor_kind, actor_id, source,
    stripe_event_id, jsonb_build_object('from', from_status, 'to', to_status, 'reason', reason), ''
FROM payments_paymenttransition WHERE payment_id > %(payment)s;
