"""The security log: lines outside the database, which name nobody and are forgotten after 90 days."""

from collections.abc import Sequence
from typing import Any

from portal.accounts.models import User

KEEPS = "In our log, for 90 days: your sign-ins and changes of your account, under a number, with the network you used."


def export(user: User) -> list[dict[str, Any]]:
    """Nothing of it is in a table."""
    return []


def erase(user: User) -> None:
    """Nothing to do: once the account is erased, its number leads to nobody."""


def open_matters(user: User) -> Sequence[str]:
    """Nothing stands in the way."""
    return []
