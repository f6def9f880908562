"""Forms of the caregiver's own pages."""

from django import forms

from portal.caregivers.models import CareRecipient


class CareRecipientForm(forms.ModelForm[CareRecipient]):
    """Somebody to look after."""

    class Meta:
        model = CareRecipient
        fields = ("full_name", "relationship", "care_notes")
        widgets = {"care_notes": forms.Textarea(attrs={"rows": 4})}


class ProfileForm(forms.Form):
    """The caregiver's own details."""

    first_name = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "given-name"}))
    last_name = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "family-name"}))
    phone = forms.CharField(
        label="Phone number",
        max_length=32,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
