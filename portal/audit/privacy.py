"""The audit trail holds ids and codes only: nothing in it names a person, and its chain stays whole."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.audit.actor import ActorKind
from portal.audit.models import AuditEvent
from portal.common.retention import Retention

RETENTION_NOTICE = _("What you did and when, under a number. Once your account is erased, that number leads to nobody.")
RETENTION = (
    Retention(
        "audit",
        what=_("What was done to bookings, payments and accounts, under a number"),
        why=_("To show who changed what. Once your account is erased, the number leads to nobody."),
        until=_("As long as we run this service"),
    ),
)


def export(user: User) -> list[dict[str, Any]]:
    """What the person did."""
    events = AuditEvent.objects.filter(actor_kind=ActorKind.USER, actor_id=str(user.pk)).order_by("pk")
    return [{"at": e.occurred_at.isoformat(), "action": e.action, "about": str(e.object_type)} for e in events]


def erase(user: User) -> None:
    """Nothing to do: no row names anybody."""


def erasure_blockers(user: User) -> Sequence[str]:
    """Nothing stands in the way."""
    return []
