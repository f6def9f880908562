"""The account: kept as a number that bookings point to, once the person is erased."""

from collections.abc import Sequence
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import ERASED_DOMAIN, User
from portal.accounts.roles import is_staff_account
from portal.common.retention import Retention

RETENTION_NOTICE = _(
    "Your name, email addresses, encrypted password and sign-in settings and, while you’re signed in, from which "
    "browser and address."
)

RETENTION = (
    Retention(
        "account",
        what=_("Your name, email addresses, encrypted password and sign-in settings"),
        why=_("So that you can sign in, and we know who books."),
        until=_("Until your account is erased"),
    ),
    Retention(
        "sessions",
        what=_("The browsers you are signed in on"),
        why=_("So that you stay signed in."),
        until=_("Until you sign out, or the session times out"),
        done_by="portal.security.tasks.sweep_sessions",
    ),
    Retention(
        "server_logs",
        what=_("Technical logs of our servers: addresses that were opened, without names or payment details"),
        why=_("To find faults and attacks."),
        days=14,
        done_by="ops/deploy/logrotate",
    ),
    Retention(
        "backups",
        what=_("Backups of everything on this page. What was erased is erased again if one is restored"),
        why=_("So that a fault does not lose your bookings."),
        days=14,
        done_by="ops/deploy/backup.py",
    ),
)


def export(user: User) -> dict[str, Any]:
    """Name, addresses, sign-in."""
    return {
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "joined": user.date_joined.isoformat(),
        "last_signed_in": user.last_login.isoformat() if user.last_login else "",
        "email_addresses": list(EmailAddress.objects.filter(user=user).values("email", "verified", "primary")),
        "second_factors": [
            {"type": factor.get_type_display(), "added": factor.created_at.isoformat()}
            for factor in Authenticator.objects.filter(user=user)
        ],
        "signed_in_browsers": [
            {
                "browser": session.user_agent,
                "address": session.ip,
                "signed_in": session.created_at.isoformat(),
                "last_used": session.last_seen_at.isoformat(),
            }
            for session in UserSession.objects.filter(user=user)
        ],
    }


def erase(user: User) -> None:
    """Signed out everywhere, no address, no name, no password, no way in."""
    end_sessions(user)
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    LogEntry.objects.filter(object_id=str(user.pk), content_type__model="user").update(
        object_repr="erased", change_message=""
    )
    user.groups.clear()
    user.user_permissions.clear()
    user.email = f"erased-{user.pk}@{ERASED_DOMAIN}"
    user.first_name = user.last_name = ""
    user.last_login = None
    user.is_active = False
    user.set_unusable_password()
    user.save()


def end_sessions(user: User) -> None:
    """Sign the person out of every browser."""
    for session in UserSession.objects.filter(user=user):
        session.end()


def erasure_blockers(user: User) -> Sequence[str]:
    """Staff accounts are closed by an administrator: work needs handing over."""
    if is_staff_account(user):
        return [gettext("Yours is a staff account. Ask an administrator to close it.")]
    return []
