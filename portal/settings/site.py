"""The organisation, its address and where its files lie."""

from pathlib import Path
from urllib.parse import urlsplit

from portal.settings import env

ROOT = Path(__file__).resolve().parents[2]
VAR = env.folder("VAR", ROOT / "var")

BASE_URL = env.text("PORTAL_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
SITE_NAME = env.text("PORTAL_SITE_NAME", urlsplit(BASE_URL).hostname or BASE_URL)  # until it has a name
TIME_ZONE = env.text("PORTAL_TIME_ZONE", "Europe/London")
PHONENUMBER_DEFAULT_REGION = env.text("PORTAL_PHONE_REGION", "GB")
PHONENUMBER_DB_FORMAT = PHONENUMBER_DEFAULT_FORMAT = "INTERNATIONAL"  # keeps an extension, which E.164 drops
PORTAL_CA_FILE = env.text("PORTAL_CA_FILE", "")
SECURITY_CONTACT = env.text("PORTAL_SECURITY_CONTACT", env.text("ORGANISATION_EMAIL", BASE_URL))
# Shown in the footer and on receipts; what is not set is not shown.
URGENT = (
    "If someone is in danger, call 999. For medical advice that can't wait, call 111. "
    "We can't answer emergencies through this site."
)
ORGANISATION = {
    "address": env.text("ORGANISATION_ADDRESS", ""),
    "registration": env.text("ORGANISATION_REGISTRATION", ""),
    "email": env.text("ORGANISATION_EMAIL", ""),
    "phone": env.text("ORGANISATION_PHONE", ""),
    "hours": env.text("ORGANISATION_HOURS", ""),
    "urgent": env.text("ORGANISATION_URGENT", URGENT),
}
