"""What signing up asks besides allauth's own fields."""

from django import forms
from django.http import HttpRequest

from portal.accounts.fields import NameField
from portal.accounts.models import User


class SignupForm(forms.Form):
    """The caregiver's name, and whether their visits may be linked: asked, never taken for granted."""

    field_order = ("email", "first_name", "last_name", "password1", "link_visits")

    first_name = NameField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "given-name"}))
    last_name = NameField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "family-name"}))
    link_visits = forms.BooleanField(
        label="You may link my visits, to see what is useful (optional)",
        help_text="Under a code instead of my name, and by nobody else. I can change this under “Your data”.",
        required=False,
    )

    def signup(self, request: HttpRequest, user: User) -> None:
        """allauth calls this with the new user; the names are already on it."""
