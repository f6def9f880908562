"""What signing up asks besides allauth's own fields."""

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.accounts.fields import NameField
from portal.accounts.models import User


class SignupDetailsForm(forms.Form):
    """The caregiver's name, and whether their visits may be linked: asked, never taken for granted."""

    field_order = ("email", "first_name", "last_name", "password1", "link_visits")

    first_name = NameField(
        label=_("First name"),
        max_length=150,
        error_messages={"required": _("Enter your first name.")},
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = NameField(
        label=_("Last name"),
        max_length=150,
        error_messages={"required": _("Enter your last name.")},
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    link_visits = forms.BooleanField(
        label=_("Let us link your visits to improve the site (optional)"),
        help_text=_("We use a code, not your name. You can change this under “Your data”."),
        required=False,
    )

    def signup(self, request: HttpRequest, user: User) -> None:
        """allauth calls this with the new user; the names are already on it."""
