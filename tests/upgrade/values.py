"""What the dump's portal ran with: test values, which open nothing else. The upgraded portal runs with the same."""

from typing import Final

PASSWORD: Final = "a-long-test-password-1"
TOTP_SECRET: Final = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
TOTP_USER: Final = "finance@example.com"
EDITED_TITLE: Final = "Privacy at our house"
EDITED_TEXT: Final = "An editor wrote this sentence."
CARE_RECIPIENT: Final = "Rose Okafor"
CAREGIVER: Final = "caregiver@example.com"
BOOKER: Final = "caregiver2@example.com"  # has no open booking
BOOKED_FOR: Final = "Margaret Hughes"

SETTINGS: Final = {
    "DJANGO_SETTINGS_MODULE": "portal.settings.staging",
    "PORTAL_SECRET_KEY": "upgrade-test-0qY2GxQupmC3ciSn9hRIwkG2uvxJ5V8LWuuDeQUgUDZHfANXJdLBlLvwc-faZiWv",
    "AUDIT_HMAC_KEY": "upgrade-test-c_hhIkE-fBQBMY0FeJ-S47FoWdddaKvUvTAjeSSEJzt1YuWAr11HXpR_vI046pQn",
    "PORTAL_BASE_URL": "https://portal.example.org",
    "PORTAL_ALLOWED_HOSTS": "portal.example.org,127.0.0.1",
    "STRIPE_SECRET_KEY": "sk_test_" + "upgrade0" * 3,
    "STRIPE_PUBLISHABLE_KEY": "pk_test_" + "upgrade0" * 3,
    "EMAIL_URL": "smtp://127.0.0.1:25",
    "EMAIL_FROM": "Care <bookings@example.org>",
}
# What an operator adds to it for later releases.
SINCE_THEN: Final = {"PORTAL_ENCRYPTION_KEYS": "8y1MZ0ek3VQbqXhrsx2DFwLTzPgJ6nGkuA4cR9oWi7E="}
