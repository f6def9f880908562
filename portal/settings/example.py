"""The invented organisation of the demo and the tests: what an operator's variables do not say."""

from portal.settings import env
from portal.settings.base import URGENT

SITE_NAME = WAGTAIL_SITE_NAME = MFA_TOTP_ISSUER = env.text("PORTAL_SITE_NAME", "Hearth & Hand")
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", f"{SITE_NAME} <bookings@example.org>")
ORGANISATION = {
    "address": env.text("ORGANISATION_ADDRESS", "12 Orchard Lane, Bristol BS1 4QA"),
    "registration": env.text("ORGANISATION_REGISTRATION", ""),
    "email": env.text("ORGANISATION_EMAIL", "hello@example.org"),
    "phone": env.text("ORGANISATION_PHONE", "0117 496 0000"),
    "hours": env.text("ORGANISATION_HOURS", "Monday to Friday, 9am to 5pm"),
    "urgent": env.text("ORGANISATION_URGENT", URGENT),
}
