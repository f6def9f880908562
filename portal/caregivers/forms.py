"""Forms of the caregiver's own pages."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.fields import NameField
from portal.accounts.models import User
from portal.caregivers.models import CareRecipient


class CareRecipientForm(forms.ModelForm[CareRecipient]):
    """Somebody to look after."""

    class Meta:
        model = CareRecipient
        fields = ("full_name", "relationship", "care_notes")
        labels = {
            "full_name": _("Full name"),
            "relationship": _("Your relationship to them"),
            "care_notes": _("What should our carers know?"),
        }
        help_texts = {
            "relationship": _("For example: my mother, a neighbour."),
            "care_notes": _(
                "Mobility, food, routines, what helps them feel calm, and who to call. Only our care team reads this."
            ),
        }
        error_messages = {"full_name": {"required": _("Enter their full name.")}}
        widgets = {"care_notes": forms.Textarea(attrs={"rows": 4})}


class ProfileForm(forms.Form):
    """The caregiver's own details."""

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
    phone = forms.CharField(
        label=_("Phone number"),
        max_length=32,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )


class ErasureForm(forms.Form):
    """The password again: somebody else at the same computer cannot erase the account."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        error_messages={"required": _("Enter your password.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    understood = forms.BooleanField(
        label=_("I understand that this can't be undone"), error_messages={"required": _("Tick the box to continue.")}
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not get_adapter().reauthenticate(self._user, password):
            raise forms.ValidationError(gettext("That isn't your password. Nothing has been erased."))
        return password
