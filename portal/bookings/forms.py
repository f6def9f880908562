"""Form fields and forms about bookings that caregivers and coordinators share."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.bookings.errors import TimesOverlap
from portal.bookings.models import Booking, Session
from portal.bookings.models.booking import REFERENCE
from portal.common.clock import clock_time, zone_name

SESSIONS_OFFERED = 150  # of each service


class AcceptedOverlaps(forms.CharField):
    """References of the bookings at the same time that the person was told of; cleaned to a frozenset of them."""

    def __init__(self) -> None:
        super().__init__(required=False, max_length=500, widget=forms.HiddenInput)

    def clean(self, value: Any) -> frozenset[str]:
        return frozenset(found.group() for found in REFERENCE.finditer(super().clean(value)))


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
        empty_label=gettext_lazy("Choose a session"),
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
        offered = of_service.bookable().exclude(pk=booking.session_id).order_by("starts_at")[:SESSIONS_OFFERED]
        field = self.fields["session"]
        field.queryset = of_service  # type: ignore[attr-defined]
        labels = [(session.pk, session_label(session)) for session in offered]
        field.choices = [("", _("Choose a session")), *labels]  # type: ignore[attr-defined]
        self.is_possible = bool(labels)


def session_label(session: Session) -> str:
    """Mon 30 November, 10am to 1pm (3 places left)."""
    start, end = session.starts_local, session.ends_local
    same_day = start.date() == end.date()
    until = clock_time(end) if same_day else f"{end:%a %-d %B}, {clock_time(end)}"
    if zone := zone_name(start):
        until = f"{until} {zone}"
    label = ngettext(
        "%(day)s, %(start)s to %(end)s (%(places)d place left)",
        "%(day)s, %(start)s to %(end)s (%(places)d places left)",
        session.free,
    )
    return label % {"day": f"{start:%a %-d %B}", "start": clock_time(start), "end": until, "places": session.free}


def grouped(sessions: list[Session]) -> list[tuple[str, Any]]:
    """The next sessions, by service."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for session in sessions:
        options = groups.setdefault(session.service.name, [])
        if len(options) < SESSIONS_OFFERED:
            options.append((session.pk, session_label(session)))
    return [("", _("Choose a session")), *groups.items()]
