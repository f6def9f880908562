"""The tests' settings with dj-stripe's own migrations instead of our generated ones."""

from portal.settings.test import *  # noqa: F403

MIGRATION_MODULES: dict[str, str] = {}  # type: ignore[no-redef]
