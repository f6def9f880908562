"""Taking a lost second factor off an account, with a reason: by an administrator, or by an operator's command."""

from typing import Final

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.accounts.privacy import end_sessions
from portal.security.account_mail import tell
from portal.security.events import SecurityEvent
from portal.security.log import record_change

PERMISSION: Final = "accounts.change_user"


class ResetReason(models.TextChoices):
    """Why; the audit trail keeps the code."""

    LOST = "lost", _("The phone or key is lost")
    STOLEN = "stolen", _("The phone or key was stolen")
    REPLACED = "replaced", _("The phone or key was replaced")
    BROKEN = "broken", _("The phone or key no longer works")


def may_reset(by: User, user: User) -> bool:
    """An administrator, for a colleague: never one's own factor, never a superuser's."""
    return by.has_perm(PERMISSION) and by.pk != user.pk and not user.is_superuser


def reset_for_colleague(user: User, *, by: User, reason: ResetReason) -> None:
    """Raises PermissionDenied when `by` may not."""
    if not may_reset(by, user):
        raise PermissionDenied
    reset_second_factor(user, by=by, reason=reason)


@transaction.atomic
def reset_second_factor(user: User, *, by: User | None, reason: ResetReason) -> None:
    """Remove every factor and recovery code, end every session, tell the account's owner. `by` None: an operator."""
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user)
    record_change(SecurityEvent.SECOND_FACTOR_RESET, user, user=user, by=by, reason=reason.value)
    change = gettext(
        "Your second step has been reset, and you have been signed out everywhere. "
        "Set up a new one when you next sign in."
    )
    tell(user, change)
