"""The booking form."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.bookings.forms import AsksAboutOverlaps
from portal.bookings.models import Service, Session
from portal.caregivers.models import CareRecipient


class BookingForm(AsksAboutOverlaps):
    """Which session, and for whom. The service is implied by the session; `only` narrows both to one."""

    service = forms.ModelChoiceField(
        Service.objects.none(),
        label=_("Service"),
        to_field_name="slug",
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose a service."), "invalid_choice": _("Choose a service from the list.")},
    )
    session = forms.ModelChoiceField(
        Session.objects.none(),
        label=_("Session"),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a session."),
            "invalid_choice": _("You can no longer book this session. Please choose another one."),
        },
    )
    care_recipient = forms.ModelChoiceField(
        CareRecipient.objects.none(),
        label=_("Who is this for?"),
        empty_label=_("Choose a person"),
        error_messages={
            "required": _("Choose who this is for."),
            "invalid_choice": _("Choose someone from your list."),
        },
    )
    notes = forms.CharField(
        label=_("Notes"),
        max_length=1000,
        required=False,
        help_text=_("Anything our team should know for this session."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, only: Service | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.narrowed = only is not None
        services = Service.objects.filter(active=True)
        self._choose_from("service", services.filter(pk=only.pk) if only else services)
        self._choose_from("session", Session.objects.upcoming().select_related("service"))
        people = CareRecipient.objects.of(user)
        self._choose_from("care_recipient", people)
        if len(alone := list(people[:2])) == 1:
            self.initial.setdefault("care_recipient", alone[0].pk)

    def _choose_from(self, name: str, rows: "QuerySet[Any]") -> None:
        self.fields[name].queryset = rows  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        service, session = cleaned.get("service"), cleaned.get("session")
        if service and session and session.service_id != service.pk:
            self.add_error("session", gettext("Choose a %(service)s session.") % {"service": service.name})
        return cleaned
