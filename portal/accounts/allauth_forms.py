"""allauth's forms with our rules about addresses. Apart from `forms`, which allauth's own module imports."""

from collections.abc import Mapping
from typing import Any, ClassVar

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.accounts.field_errors import AsksForEmail, ByField
from portal.accounts.fields import validate_address
from portal.accounts.lookup import find_user
from portal.accounts.models import User


class SignupForm(ByField, allauth_forms.SignupForm):  # type: ignore[misc]
    """Answers for an address that has an account as for one that has none, with the same work."""

    required: ClassVar[Mapping[str, Promise]] = {**AsksForEmail.required, "password1": _("Choose a password.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].validators.append(validate_address)

    def validate_unique_email(self, value: str) -> str:
        self.account_already_exists = find_user(value) is not None
        return value

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        if self.account_already_exists:
            User().set_password(self.cleaned_data["password1"])  # takes as long as making the account
        user, response = super().try_save(request)
        return user, response


class AddEmailForm(AsksForEmail, allauth_forms.AddEmailForm):  # type: ignore[misc]
    """A further address; the letter of proof goes to it as it will be stored."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].validators.append(validate_address)


class ResetPasswordForm(AsksForEmail, allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    """The link goes to the account that the address belongs to, and to nobody who only claims the address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].validators.append(validate_address)

    def clean_email(self) -> str:
        email: str = super().clean_email()
        owner = find_user(email)
        self.users = [owner] if owner is not None and owner.is_active else []
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """One email, known or unknown; what differs between the two is made when it is sent."""
        email: str = self.cleaned_data["email"]
        adapter = get_adapter(request)
        if self.users:
            adapter.send_password_reset_mail(self.users[0], email, {"user": self.users[0]})
        else:
            adapter.send_mail("account/email/unknown_account", email, {})
        return email
