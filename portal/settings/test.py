"""The tests: PostgreSQL and Redis that the suite starts for itself, or SQLite where a test asks for it."""

import dj_database_url

from portal.settings import env
from portal.settings.base import *  # noqa: F403
from portal.settings.base import CELERY_BROKER_TRANSPORT_OPTIONS, INSTALLED_APPS, VAR
from portal.settings.example import *  # noqa: F403

DEBUG = False
INSTALLED_APPS = [*INSTALLED_APPS, "ops.demo", "ops.volume"]
SECRET_KEY = "test-only-" + "0" * 50
ENCRYPTION_KEYS = ["Wm3pX0sT8bqLr5cVhN2yKd7ZgJ4uEo9QfA6iC1xMtPk="]  # the demo's: tests open what a stack has stored
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
DATABASES = {
    "default": dj_database_url.parse(env.text("DATABASE_URL", f"sqlite:///{VAR / 'test.sqlite3'}"), conn_max_age=60)
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;",
    }
    DATABASES["default"]["TEST"] = {"NAME": DATABASES["default"]["NAME"]}  # a file: threads share it
else:
    DATABASES["default"]["TEST"] = {"TEMPLATE": "portal_template"}
MIGRATION_MODULES = {"djstripe": "payments.djstripe_migrations"}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "default"},
    "shared": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "shared"},
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "local"},
    "pages": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "pages"},
}
PAGE_CACHE_RECHECK_SECONDS = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.InMemoryStorage",
        "OPTIONS": {"base_url": "/media/public/"},
    },
    "signed": {
        "BACKEND": "django.core.files.storage.InMemoryStorage",
        "OPTIONS": {"base_url": "/media/signed/"},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

CELERY_BROKER_URL = env.text("BROKER_URL", "memory://")
CELERY_BROKER_TRANSPORT_OPTIONS = {**CELERY_BROKER_TRANSPORT_OPTIONS}

STRIPE_SECRET_KEY = STRIPE_TEST_SECRET_KEY = "sk_test_" + "test" * 6
STRIPE_PUBLISHABLE_KEY = STRIPE_TEST_PUBLIC_KEY = "pk_test_" + "test" * 6
STRIPE_API_HOST = STRIPE_API_BASE

AUDIT_HMAC_KEY = "test-audit-key"
AUDIT_HEADS_FILE = VAR / "test-audit-heads.jsonl"
ERASURES_FILE = VAR / "test-erasures.jsonl"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ACTIVITY_FLUSH_SECONDS = 0
TASKS_ENABLED = False
RECONCILIATION_REQUESTS_PER_SECOND = 1000

SILENCED_SYSTEM_CHECKS = [*SILENCED_SYSTEM_CHECKS, "djstripe.W002"]  # the sandbox is meant
