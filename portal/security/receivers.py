"""What Django's and allauth's signals say of sign-ins and accounts, for the security log and the audit trail.

allauth sends its signals after the change, so an audit row is written in the transaction around the request, if there
is one, and otherwise right after.
"""

from typing import Any, Final

from allauth.account import signals as account
from allauth.account.models import EmailAddress
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import m2m_changed, post_save, pre_delete, pre_save
from django.dispatch import receiver
from django.http import HttpRequest

from portal.accounts.models import User
from portal.accounts.privacy import end_sessions
from portal.security import sessions
from portal.security.actors import current_request, current_user
from portal.security.events import Outcome, SecurityEvent
from portal.security.log import record, record_change

E: Final = SecurityEvent


# Signing in and out


@receiver(user_logged_in, dispatch_uid="security.signed_in")
def signed_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Every sign-in ends here, whichever steps it took."""
    sessions.begin(request)
    methods = [entry.get("method", "") for entry in request.session.get("account_authentication_methods", [])]
    record(E.SIGN_IN, outcome=Outcome.SUCCESS, request=request, user_id=user.pk, methods=" ".join(methods))


@receiver(user_login_failed, dispatch_uid="security.sign_in_refused")
def sign_in_refused(request: HttpRequest | None = None, **kwargs: Any) -> None:
    """A wrong password: at the door, or where somebody signed in is asked for it again."""
    if current_user(request):
        record(E.REAUTHENTICATION, outcome=Outcome.REFUSED, request=request, method="password")
    else:
        user_id = getattr(request, "account_tried", None)
        record(E.SIGN_IN, outcome=Outcome.REFUSED, request=request, user_id=user_id, method="password")


@receiver(user_logged_out, dispatch_uid="security.signed_out")
def signed_out(request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """Somebody left."""
    if user is not None:
        record(E.SIGN_OUT, outcome=Outcome.SUCCESS, request=request, user_id=user.pk)


@receiver(account.user_signed_up, dispatch_uid="security.signed_up")
def signed_up(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A new account, made by its owner."""
    record(E.SIGN_UP, outcome=Outcome.SUCCESS, request=request, user_id=user.pk)


@receiver(account.authentication_step_completed, dispatch_uid="security.step_completed")
def step_completed(request: HttpRequest, user: User, method: str, **kwargs: Any) -> None:
    """Of the steps only those are told that no other signal tells: the password again, and a mailed code."""
    if kwargs.get("reauthenticated"):
        record(E.REAUTHENTICATION, outcome=Outcome.SUCCESS, request=request, user_id=user.pk, method=method)
    elif method == "code":
        record(E.SIGN_IN_CODE, outcome=Outcome.SUCCESS, request=request, user_id=user.pk)


@receiver(account.login_code_rejected, dispatch_uid="security.code_refused")
def code_refused(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A wrong mailed code."""
    record(E.SIGN_IN_CODE, outcome=Outcome.REFUSED, request=request, user_id=user.pk)


# The second factor


@receiver(mfa.authenticator_added, dispatch_uid="security.factor_added")
def factor_added(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """A second factor, or the recovery codes that come with the first."""
    _end_others(user)
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        record_change(E.RECOVERY_CODES_GENERATED, user, user=user)
    else:
        record_change(E.SECOND_FACTOR_ADDED, user, user=user, factor=str(authenticator.type))


@receiver(mfa.authenticator_reset, dispatch_uid="security.codes_generated")
def codes_generated(user: User, **kwargs: Any) -> None:
    """New recovery codes in place of the old."""
    _end_others(user)
    record_change(E.RECOVERY_CODES_GENERATED, user, user=user)


@receiver(mfa.authenticator_removed, dispatch_uid="security.factor_removed")
def factor_removed(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """A second factor is gone."""
    _end_others(user)
    record_change(E.SECOND_FACTOR_REMOVED, user, user=user, factor=str(authenticator.type))


@receiver(mfa.authenticator_used, dispatch_uid="security.factor_used")
def factor_used(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """A second factor was right; a recovery code is spent with it."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        record_change(E.RECOVERY_CODE_USED, user, user=user, by=user)
    else:
        factor = str(authenticator.type)
        record(E.SECOND_FACTOR, outcome=Outcome.SUCCESS, request=request, user_id=user.pk, factor=factor)


@receiver(mfa.authentication_failed, dispatch_uid="security.factor_refused")
def factor_refused(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A wrong code."""
    record(E.SECOND_FACTOR, outcome=Outcome.REFUSED, request=request, user_id=user.pk)


# Passwords and addresses


@receiver(account.password_set, dispatch_uid="security.password_set")
def password_set(user: User, **kwargs: Any) -> None:
    """The first password of an account."""
    record_change(E.PASSWORD_SET, user, user=user, by=user)


@receiver(account.password_changed, dispatch_uid="security.password_changed")
def password_changed(user: User, **kwargs: Any) -> None:
    """Changed by its owner. Django forgets the sessions of the old password by itself; their rows go, too."""
    _end_others(user)
    record_change(E.PASSWORD_CHANGED, user, user=user, by=user)


@receiver(account.password_reset, dispatch_uid="security.password_reset")
def password_reset(user: User, **kwargs: Any) -> None:
    """Chosen anew through a mailed link."""
    end_sessions(user)
    record_change(E.PASSWORD_RESET, user, user=user, by=user)


@receiver(account.email_added, dispatch_uid="security.email_added")
def email_added(user: User, email_address: EmailAddress, **kwargs: Any) -> None:
    """One more address."""
    record_change(E.EMAIL_ADDED, user, user=user, address=email_address.pk)


@receiver(account.email_changed, dispatch_uid="security.email_changed")
def email_changed(user: User, to_email_address: EmailAddress, **kwargs: Any) -> None:
    """Another address is the primary one."""
    _end_others(user)
    record_change(E.EMAIL_CHANGED, user, user=user, address=to_email_address.pk)


@receiver(account.email_removed, dispatch_uid="security.email_removed")
def email_removed(user: User, **kwargs: Any) -> None:
    """One address fewer; its row is gone, and with it its number."""
    record_change(E.EMAIL_REMOVED, user, user=user)


@receiver(account.email_confirmed, dispatch_uid="security.email_confirmed")
def email_confirmed(email_address: EmailAddress, **kwargs: Any) -> None:
    """The address has been shown to be theirs."""
    user = email_address.user
    record_change(E.EMAIL_CONFIRMED, user, user=user, by=user, address=email_address.pk)


def _end_others(user: User) -> None:
    """Who changes a lock keeps this session and no other."""
    if request := current_request():
        sessions.end_others(request, user, "lock_changed")


# Accounts and roles, whichever screen, command or code changes them

WATCHED: Final = ("email", "first_name", "last_name", "is_active", "is_staff", "is_superuser", "password")


@receiver(pre_save, sender=User, dispatch_uid="security.user_before")
def user_before(instance: User, update_fields: frozenset[str] | None = None, **kwargs: Any) -> None:
    """Remember what is stored, to say afterwards which fields were changed."""
    watched = [name for name in WATCHED if update_fields is None or name in update_fields]
    stored = User.objects.filter(pk=instance.pk).values(*watched).first() if instance.pk and watched else None
    changed = {name for name, value in stored.items() if value != getattr(instance, name)} if stored else set()
    if not stored or changed:
        instance.changed_fields = changed  # type: ignore[attr-defined]


@receiver(post_save, sender=User, dispatch_uid="security.user_saved")
def user_saved(instance: User, created: bool, **kwargs: Any) -> None:
    """Created, changed, switched off or on. A password that its owner chose has a signal of its own."""
    changed: set[str] = instance.__dict__.pop("changed_fields", set())
    if created:
        if current_request() or instance.is_superuser:
            record_change(E.USER_CREATED, instance, user=instance, superuser=instance.is_superuser)
        return
    if "is_active" in changed:
        event = E.USER_ACTIVATED if instance.is_active else E.USER_DEACTIVATED
        record_change(event, instance, user=instance)
        if not instance.is_active:
            end_sessions(instance)
    if "password" in changed and _by_somebody_else(instance):
        end_sessions(instance)
        record_change(E.PASSWORD_SET, instance, user=instance)
    others = changed - {"is_active", "password"}
    if others:
        record_change(E.USER_CHANGED, instance, user=instance, fields=" ".join(sorted(others)))


@receiver(pre_delete, sender=User, dispatch_uid="security.user_deleted")
def user_deleted(instance: User, **kwargs: Any) -> None:
    """The account's row goes."""
    record_change(E.USER_DELETED, instance, user=instance)


def _by_somebody_else(user: User) -> bool:
    by = current_user(current_request())
    return by is not None and by.pk != user.pk


CHANGES: Final = {"post_add": "added", "post_remove": "removed", "pre_clear": "cleared"}


@receiver(m2m_changed, sender=User.groups.through, dispatch_uid="security.roles_changed")
def roles_changed(instance: User | Group, action: str, reverse: bool, pk_set: set[int] | None, **kwargs: Any) -> None:
    """Somebody has one role more or fewer: from the person's side, or the group's."""
    if action not in CHANGES or pk_set == set():
        return
    if reverse:
        members = User.objects.filter(pk__in=pk_set) if pk_set else instance.user_set.all()  # type: ignore[union-attr]
        pairs = [(user, [str(instance.name)]) for user in members]  # type: ignore[union-attr]
    else:
        groups = Group.objects.filter(pk__in=pk_set) if pk_set else instance.groups.all()  # type: ignore[union-attr]
        pairs = [(instance, sorted(groups.values_list("name", flat=True)))]  # type: ignore[list-item]
    for user, names in pairs:
        for name in names:
            record_change(E.ROLES_CHANGED, user, user=user, role=name, change=CHANGES[action])


@receiver(m2m_changed, sender=User.user_permissions.through, dispatch_uid="security.permissions_changed")
def permissions_changed(instance: User, action: str, pk_set: set[int] | None, **kwargs: Any) -> None:
    """A permission of one's own, beside the roles."""
    if action in CHANGES and pk_set != set() and isinstance(instance, User):
        record_change(E.ROLES_CHANGED, instance, user=instance, permissions=len(pk_set or ()), change=CHANGES[action])


@receiver(m2m_changed, sender=Group.permissions.through, dispatch_uid="security.role_edited")
def role_edited(instance: Group, action: str, pk_set: set[int] | None, **kwargs: Any) -> None:
    """Somebody edits what a role may do; releases, which sync roles without a request, are no news."""
    if action in CHANGES and pk_set != set() and current_request() and isinstance(instance, Group):
        record_change(E.ROLES_CHANGED, instance, permissions=len(pk_set or ()), change=CHANGES[action])
