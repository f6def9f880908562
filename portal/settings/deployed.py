"""What staging and production share: everything that differs between places comes from the environment."""

from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from django.utils.translation import gettext_lazy as _

from portal.settings import email, env
from portal.settings.base import *  # noqa: F403
from portal.settings.base import AUTH_PASSWORD_VALIDATORS

DEBUG = False
SECRET_KEY = env.secret("PORTAL_SECRET_KEY")
SECRET_KEY_FALLBACKS = env.secrets("PORTAL_SECRET_KEY_FALLBACKS", "")
ENCRYPTION_KEYS = env.encryption_keys("PORTAL_ENCRYPTION_KEYS")
env.text("PORTAL_BASE_URL")  # required; read in base
ALLOWED_HOSTS = env.listing("PORTAL_ALLOWED_HOSTS")
CANONICAL_HOST = urlsplit(BASE_URL).netloc
SECURE_SSL_HOST = CANONICAL_HOST
# Forms of a page that was read under another of our names come with that name as their origin.
CSRF_TRUSTED_ORIGINS = [BASE_URL, *(f"https://{host}" for host in ALLOWED_HOSTS if host[0] not in ".*")]
DATABASES = {
    "default": {
        **dj_database_url.parse(env.text("DATABASE_URL"), conn_max_age=env.integer("DATABASE_CONN_MAX_AGE", 60)),
        "CONN_HEALTH_CHECKS": True,
    }
}

# Five characters of a hash leave the server. When the service does not answer within a second, the list of common
# passwords above stands in for it.
AUTH_PASSWORD_VALIDATORS = [
    *AUTH_PASSWORD_VALIDATORS,
    {
        "NAME": "pwned_passwords_django.validators.PwnedPasswordsValidator",
        "OPTIONS": {"error_message": _("This password has appeared in a data breach. Choose another one.")},
    },
]

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz/$", r"^readyz/$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = env.integer("PORTAL_HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"  # a browser takes it from this host alone, over TLS, for every path
CSRF_COOKIE_NAME = "__Host-csrf"
MESSAGES_COOKIE_NAME = "__Host-messages"
RENAMED_COOKIES = {  # until the release after 0.2
    "sessionid": SESSION_COOKIE_NAME,
    "csrftoken": CSRF_COOKIE_NAME,
    "messages": MESSAGES_COOKIE_NAME,
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.integer("PORTAL_TRUSTED_PROXIES", 1)

CELERY_BROKER_URL = env.text("BROKER_URL")
ENCRYPTED_CONNECTIONS_REQUIRED = not env.flag("PORTAL_PRIVATE_NETWORK")

AUDIT_HMAC_KEY = env.secret("AUDIT_HMAC_KEY")
AUDIT_HMAC_KEY_FALLBACKS = env.listing("AUDIT_HMAC_KEY_FALLBACKS", "")
METRICS_TOKEN = env.secret("METRICS_TOKEN", "")
AUDIT_HEADS_FILE = env.text("AUDIT_HEADS_FILE")
ERASURES_FILE = env.text("ERASURES_FILE", str(Path(AUDIT_HEADS_FILE).with_name("erasures.jsonl")))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("EMAIL_FROM")
vars().update(email.settings_of(env.text("EMAIL_URL")))

if not STRIPE_IS_REAL:
    STRIPE_API_HOST = STRIPE_API_BASE
