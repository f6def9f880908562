"""Production's settings; only dj-stripe's tables are made as the tests make them, many minutes sooner."""

from portal.settings.production import *  # noqa: F403

MIGRATION_MODULES = {"djstripe": "payments.djstripe_migrations"}
