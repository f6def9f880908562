-- Caregivers who cannot sign in, each with somebody they look after.
INSERT INTO accounts_user (id, password, is_superuser, first_name, last_name, is_staff, is_active, date_joined, email)
SELECT %(user)s + n, '!', false, 'Volume', 'Person ' || n, false, true, %(start)s,
    'volume-' || %(user)s + n || '@example.com'
FROM generate_series(1, %(caregivers)s) n;

INSERT INTO caregivers_caregiver (id, user_id, phone, created_at)
SELECT %(caregiver)s + n, %(user)s + n, '', %(start)s FROM generate_series(1, %(caregivers)s) n;

INSERT INTO caregivers_carerecipient (id, caregiver_id, full_name, relationship, care_notes, created_at)
SELECT %(recipient)s + n, %(caregiver)s + n, 'Volume Person ' || n, '', '', %(start)s
FROM generate_series(1, %(caregivers)s) n;
