"""Where a password is tried: counted before, looked at only while no limit has been reached, and written to the log."""

from collections.abc import Mapping
from typing import Any, ClassVar

from allauth.account.internal.userkit import filter_users_by_email
from allauth.core import context
from django.contrib.auth import user_login_failed
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.accounts.adapter import PortalAccountAdapter
from portal.accounts.models import User
from portal.security import limits
from portal.security.account_mail import QueuedMail
from portal.security.events import Outcome, SecurityEvent
from portal.security.log import record


def account_of(address: str) -> tuple[str, int | None]:
    """How limits tell accounts apart, and the account's number: by any of its addresses it is the same account."""
    address = address.strip().lower()
    users = filter_users_by_email(address, prefer_verified=True, for_login=True)
    return (f"user {users[0].pk}", users[0].pk) if users else (f"address {address}", None)


class AccountAdapter(QueuedMail, PortalAccountAdapter):
    """What allauth counts by account alone, so that a stranger can lock the owner out, is counted by ours."""

    error_messages: ClassVar[Mapping[str, str | Promise]] = {
        **PortalAccountAdapter.error_messages,
        "too_many_login_attempts": _(
            "There have been too many attempts. Wait a few minutes, or sign in with a code by email."
        ),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        try:
            return str(super().get_client_ip(request))
        except ImproperlyConfigured as error:  # came past one of the proxies
            raise PermissionDenied from error

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try. Raises ValidationError when a limit has been reached: the password is not looked at then."""
        account, request.account_tried = account_of(credentials.get("email", ""))  # type: ignore[attr-defined]
        self._tries = self._count(request, account, request.account_tried)  # type: ignore[attr-defined]

    def _rollback_login_failed_rl_usage(self) -> None:
        """allauth calls this once the password was right."""
        self._tries.give_back()

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """allauth calls this for each address of an account once its password has been reset by a mailed link."""
        limits.forget("sign_in", request, account=account_of(credentials["email"])[0])

    def reauthenticate(self, user: User, password: str) -> bool:
        """Whether it is the signed-in person's password, who may have no proven address yet."""
        request: HttpRequest = context.request
        tries = self._count(request, f"user {user.pk}", user.pk)
        if user.check_password(password):
            tries.give_back()
            return True
        user_login_failed.send(sender=__name__, credentials={}, request=request)
        return False

    def _count(self, request: HttpRequest, account: str, user_id: int | None) -> limits.Tries:
        tries = limits.count("sign_in", request, account=account)
        if tries.reached:
            event = SecurityEvent.REAUTHENTICATION if request.user.is_authenticated else SecurityEvent.SIGN_IN
            record(event, outcome=Outcome.LIMITED, request=request, user_id=user_id, method="password")
            raise self.validation_error("too_many_login_attempts")
        return tries
