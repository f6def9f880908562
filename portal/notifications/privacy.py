"""Emails that were sent: who got one stays countable, the words and the address go."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.lookup import addresses_of
from portal.accounts.models import User
from portal.common.retention import DONE, Chunk, Retention, due
from portal.notifications.domain.send import WAITING
from portal.notifications.models import Notification, NotificationStatus

RETENTION_NOTICE = _("The emails we sent you, with their words.")
NO_WORDS: Final[dict[str, Any]] = {
    "to": "erased@erased.invalid",
    "context": {},
    "subject": "",
    "body": "",
    "message_id": "",
    "last_error": "",
}


def _trim(limit: datetime, after: int) -> Chunk:
    keys = due(Notification.objects.all(), "created_at", limit, after)
    _blank(Q(pk__in=keys))
    return Chunk(keys[-1], len(keys)) if keys else DONE


RETENTION = (
    Retention(
        "emails",
        what=_("The emails we sent you, with their words"),
        why=_("To answer questions about a booking. That we sent one is still counted."),
        days=365,
        trims=(_trim,),
    ),
)


def export(user: User) -> list[dict[str, Any]]:
    """The emails sent to the person."""
    return [
        {"sent": n.sent_at.isoformat() if n.sent_at else "", "to": n.to, "subject": n.subject, "text": n.body}
        for n in Notification.objects.filter(recipient=user).order_by("pk")
    ]


def erase(user: User) -> None:
    """Blank what was sent to the person; what still waited is not sent."""
    _blank(Q(recipient=user) | Q(to__in=addresses_of(user)))


def erase_about(subjects: Iterable[str]) -> None:
    """Blank what was sent to anybody about these, each written as in `Notification.about`: "booking:7"."""
    _blank(Q(about__in=list(subjects)))


def _blank(which: Q) -> None:
    rows = Notification.objects.filter(which)
    rows.filter(status__in=WAITING).update(status=NotificationStatus.FAILED)
    rows.update(**NO_WORDS)


def erasure_blockers(user: User) -> Sequence[str]:
    """Nothing stands in the way."""
    return []
