"""The audit trail holds ids and codes only, and its chain stays whole; what staff changed is kept beside it."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.audit.actor import ActorKind
from portal.audit.models import AuditEvent, AuditValue
from portal.common.retention import Retention, updating

RETENTION_NOTICE = _("What you did and when, under a number. Once your account is erased, that number leads to nobody.")
RETENTION = (
    Retention(
        "audit",
        what=_("What was done to bookings, payments and accounts, under a number"),
        why=_("To show who changed what. Once your account is erased, the number leads to nobody."),
        until=_("As long as we run this service"),
    ),
    Retention(
        "audit_values",
        what=_("What our team changed in your details: before and after"),
        why=_("To put a mistake right."),
        days=365,
        trims=(updating(AuditValue, "created_at", old="", new=""),),
    ),
)


def export(user: User) -> list[dict[str, Any]]:
    """What the person did, and what was changed about them."""
    events = AuditEvent.objects.filter(actor_kind=ActorKind.USER, actor_id=str(user.pk)).order_by("pk")
    done = [{"at": e.occurred_at.isoformat(), "action": e.action, "about": str(e.object_type)} for e in events]
    values = AuditValue.objects.filter(about=user)
    return [
        *done,
        *({"at": v.created_at.isoformat(), "changed": v.field, "before": v.old, "after": v.new} for v in values),
    ]


def erase(user: User) -> None:
    """The trail names nobody; what was changed about the person is blanked."""
    AuditValue.objects.filter(about=user).update(old="", new="")


def erasure_blockers(user: User) -> Sequence[str]:
    """Nothing stands in the way."""
    return []
