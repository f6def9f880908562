"""The one place that reads the process environment.

Every variable is declared in `VARIABLES` with what it is for and an example; `.env.example` and
docs/operations/settings.md are generated from it, and a missing variable names itself and what to set.
"""

import base64
import binascii
import os
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from django.core.exceptions import ImproperlyConfigured

STRIPE_KEY: Final = re.compile(r"^(?P<kind>pk|sk|rk)_(?P<mode>test|live)_[a-zA-Z0-9]{24,}$")

SHORTEST_SECRET: Final = 43  # characters: what 32 random bytes take in base64
LEAST_PAIRS: Final = 32  # different pairs of neighbours; 32 random bytes have some 41 in base64, 56 in hexadecimal
MAKE_A_SECRET: Final = 'python3 -c "import secrets; print(secrets.token_urlsafe(60))"'
MAKE_A_KEY: Final = (
    'python3 -c "import base64, secrets; print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())"'
)


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: its name, what it is for, and an example value."""

    name: str
    purpose: str
    example: str
    required: bool = False


_DECLARED: Final = (
    Variable("VAR", "Folder of the demo's state, logs and generated files.", "var"),
    Variable("PORTAL_SECRET_KEY", "Django's secret key: 43 random characters or more.", "change-me", required=True),
    Variable(
        "PORTAL_SECRET_KEY_FALLBACKS",
        "Earlier secret keys, comma separated, whose sessions and links are still taken.",
        "change-me-too",
    ),
    Variable(
        "PORTAL_ENCRYPTION_KEYS",
        "Keys of the secrets in the database, comma separated: the first encrypts, all decrypt. In no backup: keep a copy elsewhere.",
        "change-me-three",
        required=True,
    ),
    Variable(
        "PORTAL_BASE_URL",
        "Address caregivers see, without a trailing slash.",
        "https://portal.example.org",
        required=True,
    ),
    Variable(
        "PORTAL_CA_FILE",
        "PEM file of the authority behind PORTAL_BASE_URL's certificate, when the system does not know it: the portal reads its own payment page once an hour.",
        "/etc/ssl/certs/our-ca.pem",
    ),
    Variable(
        "PORTAL_ALLOWED_HOSTS",
        "Host names the portal answers to, comma separated.",
        "portal.example.org",
        required=True,
    ),
    Variable(
        "PORTAL_SITE_NAME",
        "Name of the organisation, shown in page titles and emails; the host name until it is set.",
        "Hearth & Hand",
    ),
    Variable("ORGANISATION_ADDRESS", "Postal address, on receipts.", "12 Orchard Lane, Bristol BS1 4QA"),
    Variable("ORGANISATION_REGISTRATION", "Registration line, on receipts.", "Registered charity 123456"),
    Variable("ORGANISATION_EMAIL", "Where caregivers write to.", "hello@example.org"),
    Variable(
        "PORTAL_SECURITY_CONTACT",
        "Where to write about a weakness, in security.txt; default: ORGANISATION_EMAIL.",
        "security@example.org",
    ),
    Variable("ORGANISATION_PHONE", "Where caregivers call.", "0117 496 0000"),
    Variable("ORGANISATION_HOURS", "When the telephone is answered.", "Monday to Friday, 9am to 5pm"),
    Variable(
        "ORGANISATION_URGENT", "Whom to turn to in an emergency, at the foot of each page.", "In danger, call 999."
    ),
    Variable("PORTAL_TIME_ZONE", "Reporting time zone: the day of every figure.", "Europe/London"),
    Variable(
        "PORTAL_PHONE_REGION", "Country whose phone numbers are written without a prefix (two letters, ISO 3166).", "GB"
    ),
    Variable("PORTAL_LOG_LEVEL", "Level of the log on standard error.", "INFO"),
    Variable("PORTAL_TRUSTED_PROXIES", "Number of proxies in front that set X-Forwarded-For.", "1"),
    Variable("DATABASE_URL", "PostgreSQL address.", "postgres://portal:secret@127.0.0.1:5432/portal", required=True),
    Variable("DATABASE_CONN_MAX_AGE", "Seconds a database connection is kept.", "60"),
    Variable(
        "BROKER_URL",
        "Celery's broker. It keeps nothing that is not also in the database.",
        "redis://127.0.0.1:6379/0",
        required=True,
    ),
    Variable(
        "PORTAL_PRIVATE_NETWORK",
        "1 where the network to PostgreSQL, Redis and the mail server is encrypted or yours alone: addresses of other machines without TLS are refused otherwise.",
        "0",
    ),
    Variable(
        "STRIPE_SECRET_KEY",
        "Stripe's secret key: sk_live_ or rk_live_ in production, sk_test_ elsewhere.",
        "sk_test_000000000000000000000000",
        required=True,
    ),
    Variable(
        "STRIPE_PUBLISHABLE_KEY",
        "Stripe's publishable key, of the same mode as the secret key.",
        "pk_test_000000000000000000000000",
        required=True,
    ),
    Variable(
        "STRIPE_API_BASE", "Address of Stripe's API; set only to use the local sandbox.", "https://api.stripe.com"
    ),
    Variable("STRIPE_JS_URL", "Address of Stripe.js; set only to use the local sandbox.", "https://js.stripe.com/v3/"),
    Variable("STRIPE_TIMEOUT_SECONDS", "Seconds that Stripe may take to answer a request.", "10"),
    Variable(
        "REFUND_CONFIRM_FROM", "Refunds of this amount or more (in whole pounds, euros, ...) are asked twice.", "100"
    ),
    Variable(
        "WEBHOOK_SILENCE_MINUTES",
        "Minutes without an event from Stripe, after an attempt to pay, before staff are warned.",
        "30",
    ),
    Variable(
        "AUDIT_HMAC_KEY",
        "Key that seals the audit trail; keep a copy outside the database.",
        "change-me-four",
        required=True,
    ),
    Variable(
        "AUDIT_HMAC_KEY_FALLBACKS",
        "Earlier keys of the audit trail, comma separated, newest first: what they sealed is still verified.",
        "an-earlier-key",
    ),
    Variable(
        "AUDIT_HEADS_FILE",
        "File outside the database that receives each head of the audit chain.",
        "/var/log/portal/audit-heads.jsonl",
        required=True,
    ),
    Variable(
        "ERASURES_FILE",
        "File outside the database that lists erased accounts by number, for replay_erasures after a restore; default: erasures.jsonl beside AUDIT_HEADS_FILE.",
        "/var/log/portal/erasures.jsonl",
    ),
    Variable(
        "EMAIL_URL",
        "SMTP server: smtp://user:password@host:587?tls=1 (STARTTLS), or ?ssl=1 where TLS is spoken from the start. Reserved characters of the password are percent-encoded.",
        "smtp://localhost:25",
        required=True,
    ),
    Variable("EMAIL_FROM", "Sender of every email.", "Hearth & Hand <bookings@example.org>", required=True),
    Variable("METRICS_TOKEN", "Bearer token that may read /metrics from any network.", "change-me-five"),
    Variable(
        "METRICS_NETWORKS",
        "Networks that may read /metrics, and ask /healthz/ and /readyz/ by IP address, past the proxy; comma separated.",
        "127.0.0.0/8,::1/128",
    ),
    Variable(
        "PROMETHEUS_MULTIPROC_DIR",
        "Folder that gunicorn's workers share their metrics in; the launcher clears it.",
        "/run/portal/metrics",
    ),
    Variable(
        "MEDIA_CDN_URL",
        "Address of the CDN in front of media, without a trailing slash; empty: the portal serves them.",
        "https://media.example.org",
    ),
    Variable("MEDIA_BUCKET", "S3 bucket of media behind the CDN; empty: a folder under VAR.", "portal-staging-media"),
    Variable("MEDIA_BUCKET_REGION", "Region of that bucket.", "eu-west-2"),
    Variable(
        "MEDIA_SIGNING_KEY_FILE",
        "PEM file with the private key that signs addresses of restricted media.",
        "/etc/portal/signing.pem",
    ),
    Variable("MEDIA_SIGNING_KEY_ID", "The CDN's id of that key.", "K2JCJMDEHXQW5F"),
    Variable(
        "MEDIA_SIGNED_SECONDS", "How long a signed address opens: longer than the longest film is watched.", "14400"
    ),
    Variable("CDN_DISTRIBUTION_ID", "CloudFront distribution to purge; empty: nothing is purged.", "E2QWRUHAPOMQZL"),
    Variable("PORTAL_HSTS_SECONDS", "Lifetime of Strict-Transport-Security.", "31536000"),
)
VARIABLES: Final = {variable.name: variable for variable in _DECLARED}


def text(name: str, default: str | None = None) -> str:
    """The variable's value; `default` when unset or empty.

    Raises ImproperlyConfigured when it has neither, and KeyError when it is not declared above.
    """
    variable = VARIABLES[name]
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise ImproperlyConfigured(
            f"{name} is not set. {variable.purpose} For example: {name}={variable.example} (see .env.example)."
        )
    return value


def integer(name: str, default: int) -> int:
    """The variable as a whole number. Raises ImproperlyConfigured when it is not one."""
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from error


def flag(name: str) -> bool:
    """Whether the variable is 1; unset and 0 are no. Raises ImproperlyConfigured for anything else."""
    value = text(name, "0")
    if value not in ("0", "1"):
        raise ImproperlyConfigured(f"{name} is 1 or 0, not {value!r}.")
    return value == "1"


def listing(name: str, default: str | None = None) -> list[str]:
    """The variable's comma separated parts, without blanks."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def secret(name: str, default: str | None = None) -> str:
    """A random value; an empty default may stay empty.

    Raises ImproperlyConfigured, without the value, when it is one that can be guessed: short, a repetition,
    or an example of .env.example.
    """
    value = text(name, default)
    if value and _is_weak(value):
        raise ImproperlyConfigured(
            f"{name} is too easy to guess: it takes {SHORTEST_SECRET} random characters or more. "
            f"Make one: {MAKE_A_SECRET}"
        )
    return value


def secrets(name: str, default: str | None = None) -> list[str]:
    """Comma separated random values. Raises ImproperlyConfigured when one of them can be guessed."""
    values = listing(name, default)
    if any(_is_weak(value) for value in values):
        raise ImproperlyConfigured(
            f"A key in {name} is too easy to guess: whoever guesses it forges sessions and links. Leave it out."
        )
    return values


def encryption_keys(name: str, default: str | None = None) -> list[str]:
    """Comma separated keys of 32 random bytes in URL-safe base64. Raises ImproperlyConfigured, without their values."""
    keys = listing(name, default)
    for number, key in enumerate(keys, 1):
        if not _is_encryption_key(key):
            raise ImproperlyConfigured(
                f"Key {number} of {name} is not 32 random bytes in URL-safe base64. Make one: {MAKE_A_KEY}"
            )
    return keys


def _is_weak(value: str) -> bool:
    return len(value) < SHORTEST_SECRET or len(set(pairwise(value))) < LEAST_PAIRS


def _is_encryption_key(value: str) -> bool:
    try:
        decoded = base64.b64decode(value, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(decoded) == 32 and len(set(decoded)) >= 16  # of 32 random bytes, 16 different ones at the very least


def folder(name: str, default: Path) -> Path:
    """The variable as an absolute folder; a relative one is taken from the project's root."""
    return (default.parent / text(name, str(default))).resolve()


def stripe_key(name: str, *, kinds: str, live: bool, default: str | None = None) -> str:
    """A Stripe key of one of `kinds` ("pk", "sk|rk") in the mode this environment may use.

    Raises ImproperlyConfigured when it is malformed or of the other mode: live keys are refused
    outside production, test keys inside it.
    """
    value = text(name, default)
    match = STRIPE_KEY.match(value)
    if match is None or match["kind"] not in kinds.split("|"):
        raise ImproperlyConfigured(f"{name} is not a Stripe key of kind {kinds}. {VARIABLES[name].purpose}")
    mode = "live" if live else "test"
    if match["mode"] != mode:
        raise ImproperlyConfigured(f"{name} is a {match['mode']} key; this environment takes {mode} keys only.")
    return value
