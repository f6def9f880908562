-- Every service has its sessions every day; a session holds what its bookings hold, and has a few places more.
INSERT INTO bookings_session (id, service_id, starts_at, ends_at, capacity, held, status)
SELECT id, service_id, starts_at, starts_at + interval '3 hours',
    greatest(4, coalesce(held, 0) + floor(6 * pg_temp.chance(id, 20))::integer), coalesce(held, 0), 'open'
FROM (
    SELECT %(session)s + (day * %(slots)s + slot) * 8 + s AS id, service.id AS service_id,
        %(start)s + make_interval(days => day, secs => 25200 + slot * 43200 / %(slots)s) AS starts_at
    FROM generate_series(1, %(session_days)s) day, generate_series(0, %(slots)s - 1) slot, volume_service service
) AS planned
LEFT JOIN (
    SELECT session_id AS id, count(*) FILTER (WHERE status NOT IN ('cancelled', 'expired'))::integer AS held
    FROM volume_plan GROUP BY session_id
) AS booked USING (id);
