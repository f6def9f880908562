"""Staging's settings. Only what a test process cannot have is replaced: the file system, a worker, and slow hashing."""

from portal.settings.staging import *  # noqa: F403
from portal.settings.staging import DATABASES

DATABASES["default"] |= {"TEST": {"TEMPLATE": "portal_template"}}
MIGRATION_MODULES = {"djstripe": "payments.djstripe_migrations"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
_memory = "django.core.files.storage.InMemoryStorage"
STORAGES = {
    "default": {"BACKEND": _memory, "OPTIONS": {"base_url": "/media/public/"}},
    "signed": {"BACKEND": _memory, "OPTIONS": {"base_url": "/media/signed/"}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
ACTIVITY_FLUSH_SECONDS = 0
TASKS_ENABLED = False
PAGE_CACHE_RECHECK_SECONDS = 0
