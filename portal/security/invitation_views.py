"""Where an invited colleague chooses a password."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import password_validation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from portal.accounts.models import User
from portal.security.invitations import accept_invitation, invited_by_token


class ChoosePasswordForm(forms.Form):
    """The colleague's password."""

    password = forms.CharField(
        label=gettext_lazy("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validation.password_validators_help_text_html,
        error_messages={"required": gettext_lazy("Enter a password.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password, self._user)
        return password


@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The invitation's page; 404 with what to do when its link has run out."""
    user = invited_by_token(token)
    if user is None:
        return _without_path(render(request, "security/invitation_over.html", status=404))
    form = ChoosePasswordForm(request.POST or None, user=user)
    if form.is_valid() and accept_invitation(token, form.cleaned_data["password"]):
        messages.success(request, _("Your password is set. Sign in with it now."))
        return redirect("account_login")
    status = 422 if form.errors else 200
    return _without_path(render(request, "security/invitation.html", {"form": form, "invited": user}, status=status))


def _without_path(response: HttpResponse) -> HttpResponse:
    # The address holds the token. "no-referrer" would make the form's Origin "null", which the CSRF check refuses.
    response["Referrer-Policy"] = "strict-origin"
    return response
