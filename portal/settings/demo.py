"""The demo: SQLite, a broker made of files, mail as files, the local Stripe sandbox. Nothing to install."""

import dj_database_url

from portal.settings import env
from portal.settings.base import *  # noqa: F403
from portal.settings.base import ACCOUNT_RATE_LIMITS, BASE_URL, INSTALLED_APPS, LIMITS, VAR
from portal.settings.example import *  # noqa: F403

DEMO = True
INSTALLED_APPS = [*INSTALLED_APPS, "ops.demo", "ops.volume"]
DEBUG = False  # dj-stripe lets a caller forge events when DEBUG is on
SECRET_KEY = "demo-only-" + "0" * 50
ENCRYPTION_KEYS = env.encryption_keys(
    "PORTAL_ENCRYPTION_KEYS", "Wm3pX0sT8bqLr5cVhN2yKd7ZgJ4uEo9QfA6iC1xMtPk="
)  # demo only, too
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
if BASE_URL.startswith("https:"):  # behind nginx, which passes the host on without its port
    CANONICAL_HOST = BASE_URL.removeprefix("https://")
DATABASES = {"default": dj_database_url.parse(env.text("DATABASE_URL", f"sqlite:///{VAR / 'portal.sqlite3'}"))}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
MIGRATION_MODULES = {"djstripe": "payments.djstripe_migrations"}

# Files are served as they lie: no collectstatic before the first page.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

CELERY_BROKER_URL = env.text("BROKER_URL", "filesystem://localhost")
BROKER_FOLDER = VAR / "broker"
if CELERY_BROKER_URL.startswith("filesystem:"):
    CELERY_BROKER_TRANSPORT = "ops.demo.file_broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_FOLDER / "messages"),
        "data_folder_out": str(BROKER_FOLDER / "messages"),
        "control_folder": str(BROKER_FOLDER / "control"),
        "store_processed": False,
        "polling_interval": 0.1,
    }

STRIPE_SECRET_KEY = STRIPE_TEST_SECRET_KEY = "sk_test_" + "demo" * 6
STRIPE_PUBLISHABLE_KEY = STRIPE_TEST_PUBLIC_KEY = "pk_test_" + "demo" * 6
STRIPE_API_HOST = STRIPE_API_BASE
RECONCILIATION_REQUESTS_PER_SECOND = 200  # the sandbox has no limit: half a year is compared while one looks on

AUDIT_HMAC_KEY = "demo-audit-key"
AUDIT_HEADS_FILE = VAR / "audit-heads.jsonl"
ERASURES_FILE = VAR / "erasures.jsonl"
EMAIL_BACKEND = "portal.common.mail.EmlFileBackend"
EMAIL_FILE_PATH = VAR / "mail"

STAFF_SECOND_FACTOR_REQUIRED = False
ACCOUNT_RATE_LIMITS = {
    **ACCOUNT_RATE_LIMITS,
    "login": "60/m/ip",
    "login_failed": "60/m/ip,30/m/key",
    "signup": "60/m/ip",
}
LIMITS = {
    **LIMITS,
    "sign_in": "60/m/client,30/m/account",
    "sign_in_code": "60/m/client",
    "book": "60/m/user",
    "playback": "6000/m/client",
    "pay": "240/m/user",
}
BOOKING_MAX_OPEN_HOLDS = 20

SILENCED_SYSTEM_CHECKS = [*SILENCED_SYSTEM_CHECKS, "djstripe.W002"]  # the sandbox is meant
