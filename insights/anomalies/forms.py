"""The settings' form: what is kept as a list is ticked."""

from django import forms
from wagtail.admin.forms import WagtailAdminModelForm

from insights.anomalies.figures import NAMES
from insights.roles import READERS


class AnomalySettingsForm(WagtailAdminModelForm):  # type: ignore[misc]
    """Only who may see the figures can be told about them."""

    watched = forms.MultipleChoiceField(
        choices=list(NAMES.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label="What is watched",
        help_text="Each is compared with the same weekday of the eight weeks before.",
    )
    recipients = forms.MultipleChoiceField(
        choices=[(role.value, f"{role.value}s" if role.value != "Finance" else "Finance") for role in READERS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label="Who gets an e-mail",
        help_text="Each finding is told once. With nobody ticked it is only shown.",
    )
