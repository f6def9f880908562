"""allauth's forms where a password or a mailed code is asked for, with our limits and the security log."""

from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.webauthn import forms as webauthn
from django.core.exceptions import ValidationError

from portal.accounts.field_errors import AsksForEmail, AsksForOldPassword
from portal.security import limits
from portal.security.adapter import account_of
from portal.security.events import Outcome, SecurityEvent
from portal.security.log import record


class RequestLoginCodeForm(AsksForEmail, account.RequestLoginCodeForm):  # type: ignore[misc]
    """A code by email: the owner's way in while strangers use up their tries, and not theirs to use up too."""

    def clean_email(self) -> str:
        email = str(super().clean_email())
        key, user_id = account_of(email)
        if limits.count("sign_in_code", context.request, account=key).reached:
            request = context.request
            record(SecurityEvent.SIGN_IN_CODE, outcome=Outcome.LIMITED, request=request, user_id=user_id)
            raise get_adapter().validation_error("rate_limited")
        return email


class ChangePasswordForm(AsksForOldPassword, account.ChangePasswordForm):  # type: ignore[misc]
    """The old password is tried as at the door."""

    def clean_oldpassword(self) -> str:
        password = str(self.cleaned_data.get("oldpassword", ""))
        if not get_adapter().reauthenticate(self.user, password):
            raise get_adapter().validation_error("enter_current_password")
        return password


class _PasskeyLogged:
    """allauth has no signal for a passkey that was refused."""

    user: Any

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except ValidationError:
            user_id = self.user.pk if self.user else None
            record(SecurityEvent.SECOND_FACTOR, outcome=Outcome.REFUSED, request=context.request, user_id=user_id)
            raise


class AuthenticateWebAuthnForm(_PasskeyLogged, webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey as the second step."""


class LoginWebAuthnForm(_PasskeyLogged, webauthn.LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey instead of a password."""


class ReauthenticateWebAuthnForm(_PasskeyLogged, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey asked for again."""
