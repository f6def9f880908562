"""Activity is pseudonymous: a hash of a key that is thrown away when consent is withdrawn or the account erased."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.activity.consent import visitor_hash, withdraw
from portal.activity.models import ActivityEvent
from portal.common.retention import Retention

RETENTION_NOTICE = _(
    "Only while you allow it: which services and videos you looked at, under a code instead of your name."
)
RETENTION = (
    Retention(
        "visits",
        what=_("The code that links your visits, if you allow it"),
        why=_("To see what is useful. Counts that name nobody are kept."),
        until=_("Until you stop it, or your account is erased"),
    ),
)


def export(user: User) -> list[dict[str, Any]]:
    """What the person looked at since they allowed it."""
    if not user.visitor_key:
        return []
    events = ActivityEvent.objects.filter(visitor=visitor_hash(user)).order_by("pk")
    return [
        {"at": e.occurred_at.isoformat(), "activity": e.get_activity_display(), "what": e.object_id} for e in events
    ]


def erase(user: User) -> None:
    """The key goes; figures stay what they were, and their rows lead to nobody."""
    withdraw(user)


def erasure_blockers(user: User) -> Sequence[str]:
    """Nothing stands in the way."""
    return []
