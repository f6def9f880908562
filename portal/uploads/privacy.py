"""Uploads are examined and passed on: nothing is kept here."""

from collections.abc import Sequence

from portal.accounts.models import User
from portal.common.retention import Retention

KEEPS = ""
RETENTION: tuple[Retention, ...] = ()


def export(user: User) -> list[object]:
    """Nothing is kept under a name."""
    return []


def erase(user: User) -> None:
    """Nothing to do."""


def open_matters(user: User) -> Sequence[str]:
    """Nothing stands in the way."""
    return []
