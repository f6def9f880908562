"""The settings' form: what is stored as a list is ticked."""

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from insights.kpis.registry import watched_kpis
from insights.roles import READERS


class AnomalySettingsForm(WagtailAdminModelForm):  # type: ignore[misc]
    """Only roles that may see the dashboard can be told about its anomalies."""

    watched = forms.MultipleChoiceField(
        choices=lambda: list(watched_kpis().items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label=_("Watched KPIs"),
        help_text=_("Each is compared with the same weekday of the previous eight weeks."),
    )
    recipients = forms.MultipleChoiceField(
        choices=[(role.value, f"{role.value}s" if role.value != "Finance" else "Finance") for role in READERS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label=_("Who gets an email"),
        help_text=_("Each anomaly is emailed once. With nobody ticked, anomalies are only shown."),
    )
