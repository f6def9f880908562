"""Activity is pseudonymous: a keyed hash of the account's number, which leads to nobody once that is erased."""

from collections.abc import Sequence
from typing import Any

from portal.accounts.models import User
from portal.activity.domain import visitor_hash
from portal.activity.models import ActivityEvent

KEEPS = "Which services and pages you looked at, under a hash that leads to nobody once your account is erased."


def export(user: User) -> list[dict[str, Any]]:
    """What the person looked at."""
    events = ActivityEvent.objects.filter(visitor=visitor_hash(user)).order_by("pk")
    return [{"at": e.occurred_at.isoformat(), "activity": e.get_activity_display()} for e in events]


def erase(user: User) -> None:
    """Nothing to do: no row names anybody, and figures stay what they were."""


def open_matters(user: User) -> Sequence[str]:
    """Nothing stands in the way."""
    return []
