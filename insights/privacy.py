"""KPIs are counts: nothing in them names a person."""

from collections.abc import Sequence

from portal.accounts.models import User
from portal.common.retention import Retention

RETENTION_NOTICE = ""
RETENTION: tuple[Retention, ...] = ()


def export(user: User) -> list[object]:
    """Nothing is stored under a name."""
    return []


def erase(user: User) -> None:
    """Nothing to do."""


def erasure_blockers(user: User) -> Sequence[str]:
    """Nothing stands in the way."""
    return []
