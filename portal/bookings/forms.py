"""Form fields and forms about bookings that caregivers and coordinators share."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.bookings.errors import TimesOverlap
from portal.bookings.models import Booking, Session
from portal.bookings.models.booking import REFERENCE


class AcceptedOverlaps(forms.CharField):
    """References of the bookings at the same time that the person was told of; cleaned to a frozenset of them."""

    def __init__(self) -> None:
        super().__init__(required=False, max_length=500, widget=forms.HiddenInput)

    def clean(self, value: Any) -> frozenset[str]:
        return frozenset(match.group() for match in REFERENCE.finditer(super().clean(value)))


class AsksAboutOverlaps(forms.Form):
    """A form with a `session`: a yes to what overlaps with it is worth nothing for another session."""

    accepted = AcceptedOverlaps()
    accepted_for = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("accepted_for") != str(self.data.get("session", "")):
            cleaned["accepted"] = frozenset()
        return cleaned


def accept_when_sent_again(form: forms.Form, overlap: TimesOverlap) -> None:
    """The bound form, shown again, says that the person now knows of the overlapping bookings."""
    data = QueryDict(mutable=True)
    data.update(form.data)
    data["accepted"] = " ".join(booking.reference for booking in overlap.bookings)
    data["accepted_for"] = str(form.data["session"])
    form.data = data


def ask_about_overlap(form: forms.Form, overlap: TimesOverlap) -> None:
    """Say it beside the session; the same button, pressed again, goes on."""
    form.add_error("session", overlap.sentence)
    form.add_error("session", _("If you want both, send this form again."))
    accept_when_sent_again(form, overlap)


class MoveForm(AsksAboutOverlaps):
    """Another session of the same service; `from_session` is the one the caregiver saw."""

    session = forms.ModelChoiceField(
        Session.objects.none(),
        label=gettext_lazy("New session"),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose a session."),
            "invalid_choice": gettext_lazy("You can no longer book this session. Please choose another one."),
        },
    )
    from_session = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, booking: Booking, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["from_session"] = booking.session_id
        of_service = Session.objects.filter(service=booking.session.service_id).select_related("service")
        self.fields["session"].queryset = of_service  # type: ignore[attr-defined]
