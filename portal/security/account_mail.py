"""allauth's emails go through our queue: our words and design, sent by the worker.

No request waits for a mail server, so an answer for a known address takes as long as one for an unknown address, and
mail that the server does not take now is tried again.
"""

from typing import Any, Final
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.notifications.domain import send
from portal.notifications.templates import MessageTemplate
from portal.security import messages

BY_PREFIX: Final[dict[str, MessageTemplate]] = {
    "account/email/email_confirmation": messages.CONFIRM_ADDRESS,
    "account/email/email_confirmation_signup": messages.CONFIRM_ADDRESS,
    "account/email/password_reset_key": messages.PASSWORD_LINK,
    "account/email/account_already_exists": messages.ACCOUNT_EXISTS,
    "account/email/unknown_account": messages.NO_ACCOUNT,
    "account/email/login_code": messages.SIGN_IN_CODE,
}
CHANGES: Final = {
    "account/email/email_changed": _("Your account's email address has been changed."),
    "account/email/email_deleted": _("An email address has been removed from your account."),
    "account/email/password_changed": _("Your password has been changed."),
    "account/email/password_reset": _("Your password has been changed through a link we emailed."),
    "account/email/password_set": _("A password has been set for your account."),
    "mfa/email/totp_activated": _("An authenticator app has been added to your account."),
    "mfa/email/totp_deactivated": _("The authenticator app has been removed from your account."),
    "mfa/email/recovery_codes_generated": _("New recovery codes have been made for your account."),
    "mfa/email/webauthn_added": _("A passkey has been added to your account."),
    "mfa/email/webauthn_removed": _("A passkey has been removed from your account."),
}


class QueuedMail:
    """The part of the account adapter that sends emails."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        template = BY_PREFIX[template_prefix]
        values = {**template.samples, "code": str(context.get("code", ""))}
        to = context.get("user")
        send(template, to=to, address=email, context=values, dedupe_key=f"{template.key}:{uuid4().hex}")

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        tell(user, str(CHANGES[template_prefix]), address=email or "")


def tell(user: User, change: str, *, address: str = "") -> None:
    """Queue an email that says what changed, to the account's own address or to a further or former one."""
    values = {"change": change, "phone": settings.ORGANISATION["phone"], "url": messages.RESET_PATH}
    template = messages.ACCOUNT_CHANGED
    send(template, to=user, address=address, context=values, dedupe_key=f"{template.key}:{uuid4().hex}")
