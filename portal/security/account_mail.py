"""allauth's emails go through our queue: our words and design, sent by the worker.

No request waits for a mail server, so an answer for a known address takes as long as one for an unknown address, and
mail that the server does not take now is tried again.
"""

from typing import Any, Final
from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.account.signals import email_added, email_removed
from django.conf import settings
from django.db import transaction
from django.dispatch import receiver
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.notifications.domain import send
from portal.notifications.templates import MessageTemplate
from portal.organisation.profile import site_profile
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
    "account/email/email_changed": _("Your account’s email address has been changed."),
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
        if template.fresh_url:  # made when it is sent
            del values["url"]
        to = context.get("user")
        send(template, to=to, address=email, context=values, dedupe_key=f"{template.key}:{uuid4().hex}")

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        tell(user, str(CHANGES[template_prefix]), address=email or "")


def tell(user: User, change: str, *, address: str = "") -> None:
    """Queue an email that says what changed, to the account's own address or to a further or former one."""
    details = site_profile().details
    phone, email = details["phone"], details["email"]
    values = {
        "change": change,
        "otherwise": _otherwise(phone, email),
        "phone": phone or email or settings.BASE_URL,
        "url": messages.RESET_PATH,
    }
    template = messages.ACCOUNT_CHANGED
    send(template, to=user, address=address, context=values, dedupe_key=f"{template.key}:{uuid4().hex}")


def _otherwise(phone: str, email: str) -> str:
    """What to do about a change that nobody expected, by whatever way to us there is."""
    if phone:
        return gettext("If you didn’t, choose a new password now and call us on %(phone)s.") % {"phone": phone}
    if email:
        return gettext("If you didn’t, choose a new password now and email us at %(email)s.") % {"email": email}
    return gettext("If you didn’t, choose a new password now and tell our team.")


@transaction.atomic
def correct_address(user: User, *, former: str) -> None:
    """Make the account's (new) address its one primary address, take the former one off, and tell both.

    The new one counts as proven only if its owner proved it before; else they confirm it when they next sign in. The
    former one was wrong, so it opens nothing any more. Neither email names the other address.
    """
    EmailAddress.objects.filter(user=user, email=former).delete()
    EmailAddress.objects.filter(user=user, primary=True).update(primary=False)
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"primary": True})
    tell(
        user, gettext("Our team has taken this email address off your account. We now use another one."), address=former
    )
    tell(
        user,
        gettext("Our team has made this the email address of your account. Confirm it when you next sign in."),
    )


@receiver(email_added, dispatch_uid="security.tell_added")
def tell_of_added_address(user: User, **kwargs: Any) -> None:
    """The account's own address hears of each further one."""
    tell(
        user, gettext("An email address has been added to your account. It has to be confirmed before it can be used.")
    )


@receiver(email_removed, dispatch_uid="security.tell_removed")
def tell_removed_address(user: User, email_address: EmailAddress, **kwargs: Any) -> None:
    """allauth tells the account's own address; one that was somebody's and is taken off is told, too."""
    if email_address.verified:
        tell(user, gettext("This email address has been removed from your account."), address=email_address.email)
