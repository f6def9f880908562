"""Forms of the caregiver's own pages."""

from typing import Any, ClassVar, Final

from allauth.account.adapter import get_adapter
from django import forms
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.fields import NameField
from portal.accounts.models import User
from portal.caregivers.models import CareRecipient
from portal.common.phone_fields import TelephoneField

PERSON_LABELS: Final[dict[str, Promise]] = {
    "address_line_1": _("Address line 1"),
    "address_line_2": _("Address line 2"),
    "town": _("Town or city"),
    "postcode": _("Postcode"),
    "access_needs": _("Getting in and around"),
    "emergency_name": _("Emergency contact"),
    "emergency_relationship": _("Their relationship to the person"),
    "emergency_phone": _("Their phone number"),
}
PERSON_HINTS: Final[dict[str, Promise]] = {
    "address_line_1": _("Where our carers will visit."),
    "access_needs": _("For example: a key safe, steps at the door, a hoist, a wheelchair."),
    "emergency_name": _("Who we should call if something happens. Enter their full name."),
    "emergency_relationship": _("For example: daughter, neighbour."),
}


class ShownValues:
    """Mixed into a form that several people may have open: what it showed comes back with it, in `shown_values`.

    Only what differs from that is in `changed_data` then (Django's `show_hidden_initial`), whatever is stored by now.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # type: ignore[attr-defined]
            field.show_hidden_initial = True

    @property
    def shown_values(self) -> SafeString:
        """Hidden inputs."""
        inputs = ((field.as_hidden(only_initial=True),) for field in self)  # type: ignore[attr-defined]
        return format_html_join("", "{}", inputs)


class CareRecipientForm(ShownValues, forms.ModelForm[CareRecipient]):
    """Somebody to look after."""

    class Meta:
        model = CareRecipient
        fields: tuple[str, ...] = ("full_name", "relationship", "care_notes")
        labels: ClassVar[dict[str, Any]] = {
            "full_name": _("Full name"),
            "relationship": _("Your relationship to them"),
            "care_notes": _("What should our carers know?"),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "relationship": _("For example: my mother, a neighbour."),
            "care_notes": _(
                "Mobility, food, routines, what helps them feel calm, and who to call. Only our care team reads this."
            ),
        }
        error_messages = {"full_name": {"required": _("Enter their full name.")}}
        widgets = {"care_notes": forms.Textarea(attrs={"rows": 4})}


class PersonDetailsForm(CareRecipientForm):
    """Everything we keep of somebody. None of it is required: a booking asks for what it needs."""

    emergency_phone = TelephoneField(label=_("Their phone number"), required=False)

    class Meta(CareRecipientForm.Meta):
        fields = ("full_name", *CareRecipient.TOLD)
        labels = CareRecipientForm.Meta.labels | PERSON_LABELS
        help_texts = CareRecipientForm.Meta.help_texts | PERSON_HINTS
        widgets = CareRecipientForm.Meta.widgets | {"access_needs": forms.Textarea(attrs={"rows": 3})}


class ProfileForm(ShownValues, forms.Form):
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
    phone = TelephoneField(label=_("Phone number"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].initial = self.initial.get("phone")


class ErasureForm(forms.Form):
    """The password again: somebody else at the same computer cannot erase the account."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        error_messages={"required": _("Enter your password.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    understood = forms.BooleanField(
        label=_("I understand that this can’t be undone"), error_messages={"required": _("Tick the box to continue.")}
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not get_adapter().reauthenticate(self._user, password):
            raise forms.ValidationError(gettext("That isn’t your password. Nothing has been erased."))
        return password
