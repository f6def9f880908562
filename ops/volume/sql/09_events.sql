-- Stripe's events about money that came, applied within seconds; their payloads are trimmed.
INSERT INTO payments_receivedevent (
    event_id, type, object_id, api_version, livemode, created_at, received_at, applied_at, ledger_state, mirror_state,
    mirror_attempts, mirror_due_at, mirror_last_error, attempts, due_at, last_error
)
SELECT 'evt_volume_' || payment_id, 'payment_intent.succeeded', 'pi_volume_' || payment_id, '', false, paid_at,
    paid_at + interval '1 second', paid_at + make_interval(secs => 1.2 + 4 * pg_temp.chance(n, 40) ^ 6), 'applied',
    'mirrored', 1, paid_at, '', 1, paid_at, ''
FROM volume_plan WHERE paid_at IS NOT NULL;

-- Emails: to confirm, to tell of a decline, to remind of a hold that is about to end.
INSERT INTO notifications_notification (
    created_at, template, "to", context, about, dedupe_key, status, resent, message_id, subject, body, sent_at,
    attempts, due_at, last_error
)
SELECT at, template, 'volume-' || %(user)s + person || '@example.com', '{}', 'booking:' || booking_id,
    template || ':volume:' || booking_id, CASE WHEN failed THEN 'failed' ELSE 'sent' END, false, '', '', '',
    CASE WHEN NOT failed THEN at + make_interval(secs => 0.5 + 30 * pg_temp.chance(n, 41) ^ 8) END, 1, at, ''
FROM volume_plan, LATERAL (VALUES
    ('booking_confirmed', paid_at),
    ('payment_failed', CASE WHEN declines > 0 THEN opened_at + interval '10 seconds' END),
    ('hold_ending', CASE WHEN coalesce(paid_at, left_at) > created_at + interval '10 minutes'
                         THEN created_at + interval '10 minutes' END)
) AS mail (template, at), LATERAL (SELECT pg_temp.chance(n, 42) < 0.004 AS failed) AS sending
WHERE at IS NOT NULL;

-- Looking at a service, opening the form; playing something, to the end or not.
INSERT INTO activity_activityevent (occurred_at, activity, service_id, object_id, visitor, seconds)
SELECT created_at - make_interval(secs => 600 * pg_temp.chance(n, 50 + look)),
    CASE WHEN look = 1 THEN 'booking_started' ELSE 'service_viewed' END, service_id, '',
    CASE WHEN pg_temp.chance(n, 54) < 0.6 THEN md5((%(user)s + person)::text) ELSE '' END, 0
FROM volume_plan, generate_series(1, 2 + (pg_temp.chance(n, 55) < 0.5)::integer) look
UNION ALL
SELECT least(created_at + make_interval(secs => seconds - 86400 * pg_temp.chance(n, 60)), %(until)s), activity, NULL,
    'volume-film-' || 1 + floor(40 * pg_temp.chance(n, 61) ^ 2),
    CASE WHEN pg_temp.chance(n, 62) < 0.5 THEN md5((%(user)s + person)::text) ELSE '' END, seconds
FROM volume_plan, LATERAL (VALUES
    ('media_played', 0),
    (CASE WHEN pg_temp.chance(n, 64) < 0.4 THEN 'media_completed' ELSE 'media_stopped' END,
     CASE WHEN pg_temp.chance(n, 64) < 0.4 THEN 240 ELSE floor(240 * pg_temp.chance(n, 65))::integer END)
) AS played (activity, seconds)
WHERE pg_temp.chance(n, 63) < 0.3;
