"""What allauth's forms say of an empty field: what to enter, in place of "This field is required."."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django.forms import Field
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_PASSWORD: Final = _("Enter your password.")
_CODE: Final = _("Enter the code.")
_NEW_PASSWORD: Final[dict[str, Promise]] = {
    "oldpassword": _("Enter your current password."),
    "password1": _("Choose a new password."),
    "password2": _("Enter the new password again."),
}


class ByField:
    """Mixed into a form: `required` has the sentence for each field by its name."""

    required: ClassVar[Mapping[str, Promise]] = {}
    fields: dict[str, Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, sentence in self.required.items():
            self.fields[name].error_messages["required"] = str(sentence)


class AsksForEmail(ByField):
    required: ClassVar[Mapping[str, Promise]] = {"email": _("Enter your email address.")}


class LoginForm(ByField, account.LoginForm):  # type: ignore[misc]
    required: ClassVar[Mapping[str, Promise]] = {"login": _("Enter your email address."), "password": _PASSWORD}


class ReauthenticateForm(ByField, account.ReauthenticateForm):  # type: ignore[misc]
    required: ClassVar[Mapping[str, Promise]] = {"password": _PASSWORD}


class SetPasswordForm(ByField, account.SetPasswordForm):  # type: ignore[misc]
    required: ClassVar[Mapping[str, Promise]] = {name: _NEW_PASSWORD[name] for name in ("password1", "password2")}


class ResetPasswordKeyForm(ByField, account.ResetPasswordKeyForm):  # type: ignore[misc]
    required: ClassVar[Mapping[str, Promise]] = SetPasswordForm.required


class AsksForOldPassword(ByField):
    required: ClassVar[Mapping[str, Promise]] = _NEW_PASSWORD


class ConfirmLoginCodeForm(ByField, account.ConfirmLoginCodeForm):  # type: ignore[misc]
    required: ClassVar[Mapping[str, Promise]] = {"code": _CODE}


class AuthenticateForm(ByField, mfa.AuthenticateForm):  # type: ignore[misc]
    required: ClassVar[Mapping[str, Promise]] = {"code": _CODE}


class ReauthenticateCodeForm(ByField, mfa.ReauthenticateForm):  # type: ignore[misc]
    required: ClassVar[Mapping[str, Promise]] = {"code": _CODE}


class ActivateTOTPForm(ByField, totp.ActivateTOTPForm):  # type: ignore[misc]
    required: ClassVar[Mapping[str, Promise]] = {"code": _CODE}
