"""An email once more, because it was lost or the address was wrong."""

from uuid import UUID

from django.db import transaction

from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.notifications.domain.send import WAITING, send
from portal.notifications.models import Notification
from portal.notifications.templates import REGISTRY


def may_resend(notification: Notification) -> bool:
    """Whether everything is still there that the email needs: what signs somebody in is kept nowhere."""
    template, to = REGISTRY.get(notification.template), notification.recipient
    if template is None or template.retired or not template.store_context or to is None or to.is_erased:
        return False
    made_later = {"url"} if template.fresh_url else set()
    return notification.status not in WAITING and set(template.samples) - made_later <= set(notification.context)


@transaction.atomic
def resend(notification: Notification, *, token: UUID, cause: Cause) -> None:
    """Queue it again, to the account's present address; with the same `token` only once. Ask `may_resend` first."""
    template = REGISTRY[notification.template]
    former = dict.fromkeys(template.former, "")
    send(
        template,
        to=notification.recipient,
        context={**former, **notification.context},
        dedupe_key=f"resent:{notification.pk}:{token}",
        about=notification.about,
    )
    record("email.resent", notification, cause=cause, data={"template": notification.template})
