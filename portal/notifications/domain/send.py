"""`send()` writes the notification's row; the worker hands it to the mail server.

The row says "sending", with its Message-ID, before the hand-over. A worker that dies after it leaves the row
unknown, and it is resent once with the same Message-ID, which mail programs show once. Each row is claimed on its
own, just before it is sent, and `attempts` names the claim: a worker that was so slow that its lease ran out writes
nothing any more.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from email.utils import make_msgid
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.common import clock
from portal.common.leases import back_off, claim
from portal.common.task_queue import enqueue_on_commit
from portal.notifications.domain.render import Message, rendered
from portal.notifications.domain.texts import text_for
from portal.notifications.metrics import NOTIFICATIONS
from portal.notifications.models import Notification, NotificationStatus
from portal.notifications.templates import REGISTRY, MessageTemplate

if TYPE_CHECKING:
    from portal.accounts.models import User

logger = logging.getLogger("portal.notifications")
LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 30  # with the back-off below, about a day without a mail server
WAITING = (NotificationStatus.QUEUED, NotificationStatus.SENDING, NotificationStatus.UNKNOWN)


def send(
    template: MessageTemplate,
    *,
    to: "User | None",
    context: Mapping[str, str],
    dedupe_key: str,
    about: str = "",
    address: str = "",
) -> None:
    """Queue one email to `to` in the caller's transaction; a second call with the same `dedupe_key` does nothing.

    `context` has a value for each of the template's placeholders; where there is a `fresh_url`, `url` may be left out.
    Raises KeyError when one is missing. `address` is another one than the account's own; without an account it is the
    only one. To an erased account nothing is sent, and the row says so.
    """
    erased = to is not None and to.is_erased and not address
    made_later = {"url"} - context.keys() if template.fresh_url else set()
    values = {name: context[name] for name in (*template.samples, *template.former) if name not in made_later}
    Notification.objects.bulk_create(
        [
            Notification(
                template=template.key,
                recipient=to,
                to=address or (to.email if to else ""),
                context=values,
                dedupe_key=dedupe_key,
                about=about,
                status=NotificationStatus.NOT_SENT if erased else NotificationStatus.QUEUED,
            )
        ],
        ignore_conflicts=True,
    )
    enqueue_on_commit("portal.notifications.tasks.send_waiting")


def send_waiting(limit: int = 50) -> int:
    """Send at most `limit` of what is due; returns how many were handed over."""
    waiting = Notification.objects.filter(status__in=WAITING)
    handed_over = 0
    for _ in range(limit):
        due = claim(waiting, limit=1, lease=LEASE)
        if not due:
            break
        handed_over += _deliver(due[0])
    return handed_over


def _deliver(notification: Notification) -> bool:
    if notification.status == NotificationStatus.SENDING:
        return _mark_unknown(notification)
    resent = notification.status == NotificationStatus.UNKNOWN
    notification.resent = notification.resent or resent
    try:
        message = _compose(notification, REGISTRY[notification.template])
        if message is None:
            return False
        _as_email(notification, message).send()
    except Exception as error:  # whatever one message breaks on, the others go out
        _failed(notification, error)
        return False
    forgotten: dict[str, object] = {} if REGISTRY[notification.template].store_context else {"context": {}}
    _finish(notification, NotificationStatus.SENT, sent_at=clock.now(), **forgotten)
    NOTIFICATIONS.labels(template=notification.template, outcome="resent" if resent else "sent").inc()
    return True


def _mark_unknown(notification: Notification) -> bool:
    """The worker before us died between hand-over and "sent": next round resends it, once."""
    if notification.resent:
        _finish(notification, NotificationStatus.FAILED, last_error="handed over twice without an answer")
        NOTIFICATIONS.labels(template=notification.template, outcome="failed").inc()
        return False
    _finish(notification, NotificationStatus.UNKNOWN)
    enqueue_on_commit("portal.notifications.tasks.send_waiting")
    return False


def _compose(notification: Notification, template: MessageTemplate) -> Message | None:
    """The message, written on the row as being sent; None when it is not wanted, or another worker has the row."""
    values = {**dict.fromkeys(template.samples, ""), **notification.context}  # an earlier release had fewer of them
    if template.fresh_url:
        url = template.fresh_url(notification)
        if url is None:
            _finish(notification, NotificationStatus.FAILED, last_error="no longer wanted", context={})
            return None
        values = {**values, "url": url}
    text = text_for(template)
    message = rendered(text.subject, text.body, text.button, values, template.details)
    notification.message_id = notification.message_id or make_msgid(domain=_mail_domain())
    claimed = Notification.objects.filter(pk=notification.pk, attempts=notification.attempts)
    ours = claimed.update(
        status=NotificationStatus.SENDING,
        message_id=notification.message_id,
        subject=message.subject[:255],
        body=message.text if template.store_context and values.get("url") == notification.context.get("url") else "",
        resent=notification.resent,
    )
    return message if ours else None


def _mail_domain() -> str:
    return str(settings.DEFAULT_FROM_EMAIL).rpartition("@")[2].rstrip(">") or "localhost"


def _as_email(notification: Notification, message: Message) -> EmailMultiAlternatives:
    email = EmailMultiAlternatives(
        message.subject, message.text, to=[notification.to], headers={"Message-ID": notification.message_id}
    )
    email.attach_alternative(message.html, "text/html")
    attachments = REGISTRY[notification.template].attachments
    for name, content, kind in attachments(notification) if attachments else ():
        email.attach(name, content, kind)
    return email


def _failed(notification: Notification, error: Exception) -> None:
    logger.warning("an email was not taken", extra={"notification": notification.pk, "error": type(error).__name__})
    if notification.attempts >= MOST_ATTEMPTS:
        _finish(notification, NotificationStatus.FAILED, last_error=type(error).__name__)
        NOTIFICATIONS.labels(template=notification.template, outcome="failed").inc()
        return
    wait = back_off(notification.attempts, first=timedelta(seconds=30), longest=timedelta(hours=1))
    _finish(notification, NotificationStatus.QUEUED, last_error=type(error).__name__, due_at=clock.now() + wait)


def _finish(notification: Notification, status: NotificationStatus, **fields: object) -> None:
    claimed = Notification.objects.filter(pk=notification.pk, attempts=notification.attempts)
    claimed.update(status=status, leased_until=None, **fields)


def send_to_role(
    template: MessageTemplate, role: Role, *, context: Mapping[str, str], cause: str, about: str = ""
) -> None:
    """Queue one email to each active member of `role`; `cause` makes it once only. `context` lacks "name"."""
    for user in User.objects.filter(is_active=True, groups__name=role.value):
        send(
            template,
            to=user,
            context={**context, "name": user.first_name or user.email},
            dedupe_key=f"{template.key}:{cause}:{user.pk}",
            about=about,
        )
