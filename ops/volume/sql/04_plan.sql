-- What becomes of each booking, decided once; every table is then written from here.
-- Bookings grow by half over the years, come mostly on weekdays and in daytime, and their numbers rise with time.
CREATE TEMP TABLE volume_plan AS
WITH made AS MATERIALIZED (
    SELECT n, week, day, pg_temp.towards(in_week, day, %(days)s) AS in_day
    FROM (
        SELECT n, floor(weeks) AS week, weeks - floor(weeks) AS in_week,
            pg_temp.step(weeks - floor(weeks), %(days)s) AS day
        FROM (
            SELECT n, %(weeks)s * (sqrt(0.64 + 0.8 * (n - 0.5) / %(bookings)s) - 0.8) / 0.4 AS weeks
            FROM generate_series(1, %(bookings)s) n
            OFFSET 0
        ) AS at
        OFFSET 0
    ) AS at
),
timed AS MATERIALIZED (
    SELECT n, %(start)s + make_interval(secs => 604800 * week + 86400 * (day - 1) + 3600 * (
        (%(hours)s)[hour] + pg_temp.towards(in_day, hour, %(hour_shares)s) * ((%(hours)s)[hour + 1] - (%(hours)s)[hour])
    )) AS created_at
    FROM (SELECT *, pg_temp.step(in_day, %(hour_shares)s) AS hour FROM made OFFSET 0) AS at
),
chosen AS MATERIALIZED (
    SELECT n, created_at, service.id AS service_id, currency, price, deposit,
        (day * %(slots)s + slot) * 8 + s AS session,
        %(start)s + make_interval(days => day, secs => 25200 + slot * 43200 / %(slots)s) AS starts_at
    FROM (
        SELECT n, created_at, pg_temp.step(pg_temp.chance(n, 1), %(service_shares)s) AS s,
            floor(pg_temp.chance(n, 2) * %(slots)s)::integer AS slot,
            extract(day FROM created_at - %(start)s)::integer
                + 1 + least(44, floor(-8 * ln(1 - pg_temp.chance(n, 3))))::integer AS day
        FROM timed
        OFFSET 0
    ) AS at
    JOIN volume_service service USING (s)
),
paying AS MATERIALIZED (
    SELECT *,
        CASE WHEN fate >= 0.15 AND pay_at <= %(until)s THEN pay_at END AS paid_at,
        CASE WHEN fate < 0.12 THEN created_at + interval '30 minutes'
             WHEN fate < 0.15 THEN created_at + make_interval(secs => 300 + 1400 * pg_temp.chance(n, 6))
             WHEN fate < 0.22 THEN pay_at + pg_temp.chance(n, 6) * (starts_at - pay_at) END AS leave_at,
        starts_at + make_interval(secs => 10800 + 1800 * pg_temp.chance(n, 7)) AS attend_at
    FROM (
        SELECT *, pg_temp.chance(n, 4) AS fate,
            created_at + make_interval(secs => 40 * exp(3.2 * pg_temp.chance(n, 5))) AS pay_at
        FROM chosen
        OFFSET 0
    ) AS at
),
ended AS MATERIALIZED (
    SELECT *,
        CASE WHEN leave_at <= %(until)s AND (paid_at IS NOT NULL OR fate < 0.15) THEN leave_at END AS left_at,
        CASE WHEN attend_at <= %(until)s AND fate >= 0.22 THEN attend_at END AS attended_at
    FROM paying
)
SELECT n, service_id, currency, price, deposit, created_at, starts_at, paid_at, left_at, attended_at,
    %(booking)s + n AS booking_id, %(payment)s + n AS payment_id, %(session)s + session AS session_id,
    1 + floor(pg_temp.chance(n, 8) * %(caregivers)s)::integer AS person,
    CASE WHEN left_at IS NOT NULL THEN CASE WHEN fate < 0.12 THEN 'expired' ELSE 'cancelled' END
         WHEN paid_at IS NULL THEN 'awaiting_deposit'
         WHEN attended_at IS NULL THEN 'confirmed'
         WHEN fate < 0.26 THEN 'no_show'
         ELSE 'completed' END AS status,
    CASE WHEN paid_at IS NULL THEN 0
         WHEN left_at IS NULL THEN CASE WHEN attended_at < %(until)s - interval '1 day' AND pg_temp.chance(n, 9) < 0.01
                                        THEN deposit / 4 ELSE 0 END
         WHEN left_at + interval '1 minute' > %(until)s THEN 0
         WHEN starts_at - left_at >= interval '72 hours' THEN deposit
         WHEN starts_at - left_at >= interval '24 hours' THEN deposit / 2
         ELSE 0 END AS refund,
    attended_at < %(until)s - interval '9 days' AND pg_temp.chance(n, 9) > 0.998 AS disputed,
    CASE WHEN paid_at IS NOT NULL THEN least(created_at + interval '8 seconds', paid_at)
         WHEN pg_temp.chance(n, 10) < 0.7 THEN created_at + interval '8 seconds' END AS opened_at,
    CASE WHEN paid_at IS NOT NULL THEN CASE WHEN pg_temp.chance(n, 11) < 0.02 THEN 2
                                            WHEN pg_temp.chance(n, 11) < 0.1 THEN 1 ELSE 0 END
         WHEN pg_temp.chance(n, 10) < 0.25 THEN 1
         ELSE 0 END AS declines
FROM ended;
