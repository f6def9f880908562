"""The security log: lines outside the database, which name nobody and are forgotten after 90 days."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.common.retention import Retention

RETENTION_NOTICE = _(
    "In our log: your sign-ins and changes of your account, under a number, with the network you used."
)
RETENTION = (
    Retention(
        "security_log",
        what=_("Our security log: sign-ins and changes of your account, under a number, and the network you used"),
        why=_("To find out about attacks on your account."),
        days=90,
        done_by="ops/deploy/journald",
    ),
)


def export(user: User) -> list[dict[str, Any]]:
    """Nothing of it is in a table."""
    return []


def erase(user: User) -> None:
    """Nothing to do: once the account is erased, its number leads to nobody."""


def erasure_blockers(user: User) -> Sequence[str]:
    """Nothing stands in the way."""
    return []
