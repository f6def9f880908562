"""Colleagues are invited by a link: nobody types a password for somebody else.

The link holds a signed token that is stored nowhere. It works until a password is chosen, the address is corrected, the
account is closed, a newer invitation is sent, or seven days have passed.
"""

from datetime import timedelta
from typing import Final

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from portal.accounts.models import User
from portal.notifications.domain import send
from portal.notifications.models import Notification
from portal.notifications.templates import MessageTemplate
from portal.security.events import SecurityEvent
from portal.security.log import record_change

SALT: Final = "portal.security.invitations"
VALID: Final = timedelta(days=7)


def _state(user: User) -> str:
    """Changes with the password: an unusable one has a random end, new with each invitation."""
    return salted_hmac(SALT, f"{user.password}|{user.email}").hexdigest()[:32]


def token_for(user: User) -> str:
    """The token of the account's invitation, valid from now."""
    return signing.dumps([user.pk, _state(user)], salt=SALT)


def invited_by_token(token: str) -> User | None:
    """Who was invited; None when the token is wrong, too old, used or replaced."""
    try:
        pk, state = signing.loads(token, salt=SALT, max_age=VALID)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None or user.has_usable_password() or not constant_time_compare(state, _state(user)):
        return None
    return user


def invitation_path(notification: Notification) -> str | None:
    """Where the colleague chooses a password; None once they have one, or their account is closed."""
    user = notification.recipient
    if user is None or not user.is_active or user.has_usable_password():
        return None
    return reverse("security:invitation", args=[token_for(user)])


INVITED: Final = MessageTemplate(
    key="account_staff_invited",
    name=gettext_lazy("Invitation of a colleague"),
    sent_when=gettext_lazy("An administrator adds a user, or sends the invitation again."),
    subject=_("You’ve been invited to the portal"),
    body=_(
        "An account has been created for you.\n\n"
        "Choose your password to start. The link works once, for 7 days.\n\n"
        "If you didn’t expect this, ignore this email."
    ),
    button=_("Choose your password"),
    samples={"url": "/accounts/invitation/key/"},
    fresh_url=invitation_path,
)


@transaction.atomic
def invite_colleague(user: User) -> None:
    """Send an invitation to an account without a password; links sent before stop working."""
    user.set_unusable_password()
    User.objects.filter(pk=user.pk).update(password=user.password)  # no new password: nothing for the signals
    EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"primary": True})
    record_change(SecurityEvent.INVITATION_SENT, user, user=user)
    send(INVITED, to=user, context={}, dedupe_key=f"{INVITED.key}:{_state(user)}", about=f"user:{user.pk}")


@transaction.atomic
def accept_invitation(token: str, password: str) -> bool:
    """Set the password, once; the link came by email, so the address is proven. False when the link has run out."""
    invited = invited_by_token(token)
    if invited is None:
        return False
    user = User.objects.select_for_update(no_key=True).get(pk=invited.pk)
    if invited_by_token(token) is None:  # chosen in another window meanwhile
        return False
    user.set_password(password)
    user.save(update_fields=["password"])
    for address in EmailAddress.objects.filter(user=user, email=user.email):
        address.set_verified()
    record_change(SecurityEvent.INVITATION_ACCEPTED, user, user=user, by=user)
    return True
