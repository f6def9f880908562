"""Uploads are examined and passed on: nothing is kept here."""

from collections.abc import Sequence

from django.contrib.auth.base_user import AbstractBaseUser

from portal.common.retention import Retention

RETENTION_NOTICE = ""
RETENTION: tuple[Retention, ...] = ()


def export(user: AbstractBaseUser) -> list[object]:
    """Nothing is kept under a name."""
    return []


def erase(user: AbstractBaseUser) -> None:
    """Nothing to do."""


def erasure_blockers(user: AbstractBaseUser) -> Sequence[str]:
    """Nothing stands in the way."""
    return []
