"""What signing up asks besides allauth's own fields."""

from django import forms
from django.http import HttpRequest

from portal.accounts.models import User


class SignupForm(forms.Form):
    """The caregiver's name."""

    first_name = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "given-name"}))
    last_name = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "family-name"}))

    def signup(self, request: HttpRequest, user: User) -> None:
        """allauth calls this with the new user; the names are already on it."""
