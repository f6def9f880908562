"""The cache that rate limits are counted in: an attacker must not end a limit by making many others."""

from typing import Any

from django.core.cache.backends.db import DatabaseCache


class UnculledCache(DatabaseCache):
    """Beyond MAX_ENTRIES it is swept of what has expired, and of nothing else."""

    def _cull(self, db: Any, cursor: Any, now: Any, num: int) -> None:
        super()._cull(db, cursor, now, 0)  # type: ignore[misc]  # nought of what has not expired is too many
