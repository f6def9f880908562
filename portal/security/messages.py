"""Every email about an account: allauth's in our own words, and those of invitations and changes.

None holds a name or anything else that a stranger typed: the address may not be theirs. Links that sign somebody in
are made when the email is sent and stored nowhere, and say how long they work
by the settings. The wording is marked for translation where it is queued or shipped.
"""

from typing import Final

from allauth.account import app_settings
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from portal.notifications.models import Notification
from portal.notifications.templates import MessageTemplate
from portal.security.invitations import INVITED

RESET_PATH: Final = "/accounts/password/reset/"


def confirmation_path(notification: Notification) -> str | None:
    """Where the address is confirmed; None once it is, or was taken off the account."""
    waiting = EmailAddress.objects.filter(user=notification.recipient, email=notification.to, verified=False)
    address = waiting.first() if notification.recipient else None
    return reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key]) if address else None


def password_path(notification: Notification) -> str | None:
    """Where a new password is chosen; None for an account that is closed by now."""
    user = notification.recipient
    if user is None or not user.is_active:
        return None
    key = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), key])


CONFIRM_ADDRESS: Final = MessageTemplate(
    key="account_confirm_address",
    name=gettext_lazy("Confirm an email address"),
    sent_when=gettext_lazy("Someone signs up, or adds an email address to their account."),
    subject=_("Confirm your email address"),
    body=_(
        "Someone gave us this email address for an account.\n\n"
        "If it was you, confirm the address. The link works for {days} days.\n\n"
        "If it wasn’t you, ignore this email. Without your confirmation, the address won’t be used."
    ),
    button=_("Confirm this address"),
    samples={"days": str(app_settings.EMAIL_CONFIRMATION_EXPIRE_DAYS), "url": "/accounts/confirm-email/key/"},
    fresh_url=confirmation_path,
)
PASSWORD_LINK: Final = MessageTemplate(
    key="account_password_link",
    name=gettext_lazy("Choose a new password"),
    sent_when=gettext_lazy("Someone asks for a new password."),
    subject=_("Choose a new password"),
    body=_(
        "Someone asked for a new password for your account.\n\n"
        "If it was you, choose one now. The link works once, for {minutes} minutes.\n\n"
        "If it wasn’t you, ignore this email. Your password stays as it is."
    ),
    button=_("Choose a new password"),
    samples={"minutes": str(settings.PASSWORD_RESET_TIMEOUT // 60), "url": "/accounts/password/reset/key/"},
    fresh_url=password_path,
)
ACCOUNT_EXISTS: Final = MessageTemplate(
    key="account_exists",
    name=gettext_lazy("Sign-up with an address that has an account"),
    sent_when=gettext_lazy("Someone signs up with an email address that already has an account."),
    subject=_("You already have an account"),
    body=_(
        "Someone tried to create an account with this email address. It already has one.\n\n"
        "If it was you, sign in as usual, or choose a new password.\n\n"
        "If it wasn’t you, you don’t need to do anything."
    ),
    button=_("Choose a new password"),
    samples={"url": RESET_PATH},
)
NO_ACCOUNT: Final = MessageTemplate(
    key="account_unknown",
    name=gettext_lazy("New password for an address without an account"),
    sent_when=gettext_lazy("Someone asks for a new password for an email address that has no account."),
    subject=_("There’s no account for this email address"),
    body=_(
        "Someone asked for a new password with this email address, but it has no account with us.\n\n"
        "If it was you, try another address, or create an account.\n\n"
        "If it wasn’t you, you don’t need to do anything."
    ),
    button=_("Create an account"),
    samples={"url": "/accounts/signup/"},
)
ACCOUNT_CHANGED: Final = MessageTemplate(
    key="account_changed",
    name=gettext_lazy("Change of an account"),
    sent_when=gettext_lazy(
        "A password, an email address or a second step changes. The former address is told as well."
    ),
    subject=_("Your account has changed"),
    body=_("{change}\n\nIf you expected this, you don’t need to do anything.\n\n{otherwise}"),
    button=_("Choose a new password"),
    samples={
        "change": "Your password has been changed.",
        "otherwise": "If you didn’t, choose a new password now and call us on 0117 496 0000.",
        "url": RESET_PATH,
    },
    former=("phone",),
    required=("change",),
)
SIGN_IN_CODE: Final = MessageTemplate(
    key="account_sign_in_code",
    name=gettext_lazy("One-time code"),
    sent_when=gettext_lazy("Someone asks to sign in with a code by email."),
    subject=_("Your sign-in code"),
    body=_(
        "Enter this code on the page where you asked for it. It works for {minutes} minutes, once.\n\n"
        "{code}\n\n"
        "Never give it to anyone. We never ask for it on the phone. If you didn’t ask for it, ignore this email."
    ),
    button=_("Sign in"),
    samples={
        "code": "ABC-DEF",
        "minutes": str(settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60),
        "url": "/accounts/login/",
    },
    store_context=False,
    required=("code",),
)
TEMPLATES: Final = (
    CONFIRM_ADDRESS,
    PASSWORD_LINK,
    ACCOUNT_EXISTS,
    NO_ACCOUNT,
    ACCOUNT_CHANGED,
    SIGN_IN_CODE,
    INVITED,
)
