-- Eight services, not offered for booking: each has sessions every day, which would fill the booking form.
CREATE TEMP TABLE volume_service AS
SELECT s, %(service)s + s AS id, name, currency, price, price / 4 AS deposit, image
FROM (VALUES
    (1, 'Respite at home', 'GBP', 4500, 'respite-care'),
    (2, 'Day programme', 'GBP', 3200, 'day-programme'),
    (3, 'Overnight respite', 'GBP', 12000, 'overnight-respite'),
    (4, 'Home assessment', 'GBP', 6000, 'needs-assessment'),
    (5, 'Weekend respite', 'GBP', 18000, 'overnight-respite'),
    (6, 'Respite in Dublin', 'EUR', 5200, 'respite-care'),
    (7, 'Day programme in Cork', 'EUR', 4000, 'day-programme'),
    (8, 'Respite in Tokyo', 'JPY', 9000, 'respite-care')
) AS planned (s, name, currency, price, image);

INSERT INTO bookings_service (
    id, name, slug, summary, description, location, image_name, price_amount, currency, deposit_kind, deposit_value,
    time_zone, duration_minutes, hold_minutes, active, position
)
SELECT id, name, 'volume-' || id, 'For tests of volume.', '', 'Nowhere', image, price, currency, 'percentage', 2500,
    'Europe/London', 180, 30, false, 1000 + s
FROM volume_service;

INSERT INTO bookings_cancellationwindow (service_id, hours_before, refund_percent)
SELECT id, hours, percent FROM volume_service, (VALUES (72, 100), (24, 50)) AS planned (hours, percent);
