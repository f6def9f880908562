"""What an operator of a staging server would set; every value is made up."""

from typing import Final

HOST: Final = "portal.example.org"
SETTINGS: Final = "tests.security.settings"
STAGING: Final = {
    "PORTAL_SECRET_KEY": "staging-secret-key-kX9qPz7LmW2vRt8bNc4hJs6dFg1yUe3oAi5wQx0Z",
    "PORTAL_ENCRYPTION_KEYS": "8y1MZ0ek3VQbqXhrsx2DFwLTzPgJ6nGkuA4cR9oWi7E=",
    "PORTAL_BASE_URL": f"https://{HOST}",
    "PORTAL_ALLOWED_HOSTS": HOST,
    "STRIPE_SECRET_KEY": "sk_test_" + "0" * 24,
    "STRIPE_PUBLISHABLE_KEY": "pk_test_" + "0" * 24,
    "AUDIT_HMAC_KEY": "staging-audit-key-Vb7nMq2XzL9wKc4tRf8yHd3sGj6pEu1oTi5aYx0Q",
    "AUDIT_HEADS_FILE": "/dev/null",
    "EMAIL_URL": "smtp://127.0.0.1:25",
    "EMAIL_FROM": f"Portal <bookings@{HOST}>",
}
