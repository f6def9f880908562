"""Forms of the care coordinators' pages."""

from datetime import UTC, date, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any, ClassVar, Final
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from payments.enums import OfflineKind
from portal.accounts.fields import NameField, validate_address
from portal.bookings.domain.availability import closed_days
from portal.bookings.enums import BookingStatus, WaiverReason
from portal.bookings.forms import AsksAboutOverlaps
from portal.bookings.models import Session
from portal.caregivers.forms import PersonDetailsForm
from portal.caregivers.models import Caregiver, CareRecipient
from portal.common import clock, when
from portal.common.phone_fields import TelephoneField
from portal.coordination.opening import next_opening

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MARKS: Final = [
    (BookingStatus.COMPLETED.value, _("Attended")),
    (BookingStatus.NO_SHOW.value, _("Did not attend")),
    (BookingStatus.CONFIRMED.value, _("Not marked")),
]
LENGTHS: Final = [(120, _("2 hours")), (1440, _("1 day")), (2880, _("2 days")), (4320, _("3 days"))]
MESSAGE_HELP: Final = _("Optional. Included in the email, for example: Our carer is ill.")


def date_field(label: "StrOrPromise", **kwargs: Any) -> forms.DateField:
    """A day, as browsers pick it."""
    return forms.DateField(label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **kwargs)


class PersonForm(PersonDetailsForm):
    """Somebody's details, in the words of our team."""

    class Meta(PersonDetailsForm.Meta):
        labels: ClassVar[dict[str, Any]] = PersonDetailsForm.Meta.labels | {
            "relationship": _("Relationship to the caregiver"),
            "care_notes": _("Care needs"),
        }
        help_texts: ClassVar[dict[str, Any]] = PersonDetailsForm.Meta.help_texts | {
            "relationship": _("For example: mother, neighbour."),
            "care_notes": _("Mobility, food, routines, what helps them feel calm, and who to call."),
        }


class NoteForm(forms.Form):
    """A note about a family."""

    text = forms.CharField(
        label=_("New note"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The family gets this in the copy of their data, so write what you would say to them."),
        error_messages={"required": _("Write the note first.")},
    )


class FindCaregiverForm(forms.Form):
    """Who is calling."""

    email = forms.EmailField(label=_("Caregiver’s email address"), max_length=254, validators=[validate_address])


class InviteForm(forms.Form):
    """Somebody who has no account yet."""

    email = forms.EmailField(label=_("Email address"), max_length=254, validators=[validate_address])
    first_name = NameField(label=_("First name"), max_length=150)
    last_name = NameField(label=_("Last name"), max_length=150)
    phone = TelephoneField(label=_("Phone number"), required=False)


class HoldField(forms.TypedChoiceField):
    """How long a place is held from now on, in minutes. `standard` offers the service's own time too: None."""

    def __init__(self, *, standard: bool, **kwargs: Any) -> None:
        self._standard = [("", _("Standard time for this service"))] if standard else []
        required = not standard
        super().__init__(choices=self._offered, coerce=_minutes, empty_value=None, required=required, **kwargs)

    def _offered(self) -> list[tuple[Any, "StrOrPromise"]]:
        opening = next_opening()
        until: list[tuple[Any, StrOrPromise]] = []
        if opening is not None:
            until = [(opening.isoformat(), _("Until the office opens: %(time)s") % {"time": when.at(opening)})]
        return [*self._standard, *until, *LENGTHS]


def _minutes(chosen: str) -> int:
    if chosen.isdecimal():
        return int(chosen)
    return ceil((datetime.fromisoformat(chosen) - clock.now()) / timedelta(minutes=1))


class PhoneBookingForm(AsksAboutOverlaps):
    """A booking on behalf of a caregiver; `token` makes it one, however often the form is sent."""

    session = forms.ModelChoiceField(
        Session.objects.none(),
        label=_("Session"),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a session."),
            "invalid_choice": _("This session can’t be booked any more. Choose another one."),
        },
    )
    care_recipient = forms.ModelChoiceField(
        CareRecipient.objects.none(), label=_("Who is it for?"), required=False, empty_label=_("Add a new person")
    )
    full_name = NameField(
        label=_("New person’s full name"),
        max_length=150,
        required=False,
        help_text=_("Only if they aren’t listed above."),
    )
    relationship = forms.CharField(
        label=_("Their relationship"), max_length=60, required=False, help_text=_("For example, mother or neighbour.")
    )
    hold_minutes = HoldField(
        standard=True,
        label=_("How long to hold the place without a deposit"),
        help_text=_("Allow longer if the caller has no account yet. The hold always ends when the session starts."),
    )
    notes = forms.CharField(label=_("Notes"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, caregiver: Caregiver, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        session, person = self.fields["session"], self.fields["care_recipient"]
        session.queryset = Session.objects.upcoming().select_related("service")  # type: ignore[attr-defined]
        person.queryset = CareRecipient.objects.of(caregiver.user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("care_recipient") and not cleaned.get("full_name"):
            self.add_error("care_recipient", _("Choose a person, or enter a new person’s name."))
        if cleaned.get("care_recipient") and cleaned.get("full_name"):
            self.add_error("full_name", _("Choose a person or enter a new name, not both."))
        return cleaned


class ProlongHoldForm(forms.Form):
    """How long the place is held from now on, in minutes."""

    minutes = HoldField(standard=False, label=_("How long to hold the place"))


class WaiveTermsForm(forms.Form):
    """Why the terms do not count for this booking."""

    reason = forms.TypedChoiceField(label=_("Reason"), choices=WaiverReason.choices, coerce=WaiverReason)


class CancelSessionForm(forms.Form):
    """What people are told."""

    message = forms.CharField(max_length=300, required=False, label=_("Message to everyone"), help_text=MESSAGE_HELP)


class MoveSessionForm(forms.Form):
    """The new time, in the service's own time zone; `seen` is the start that the form showed."""

    day = date_field(_("New date"))
    at = forms.TimeField(label=_("New time"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    message = forms.CharField(max_length=300, required=False, label=_("Message to everyone"), help_text=MESSAGE_HELP)
    seen = forms.DateTimeField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        local = session.starts_local
        seen = session.starts_at.isoformat()
        super().__init__(*args, **kwargs)
        self.initial = {"day": local.date(), "at": local.time(), "seen": seen}
        self.service, self.zone = session.service, ZoneInfo(session.service.time_zone)
        self.fields["at"].help_text = _("Local time in %(zone)s.") % {"zone": session.service.time_zone}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        clock.validate_years(day=cleaned.get("day"))
        if cleaned.get("day") and cleaned.get("at"):
            local = datetime.combine(cleaned["day"], cleaned["at"], self.zone)
            starts_at = local.astimezone(UTC)
            if starts_at.astimezone(self.zone).replace(tzinfo=None) != local.replace(tzinfo=None):
                raise ValidationError(
                    {"at": _("The clocks go forward that day, so this time doesn’t exist. Choose another one.")}
                )
            if closed_days(self.service).include(starts_at):
                raise ValidationError(
                    {"day": _("There’s a closure on that day. Choose another date, or change the closure first.")}
                )
            cleaned["starts_at"] = starts_at
        return cleaned


class EnterBalanceForm(forms.Form):
    """How the balance came."""

    kind = forms.ChoiceField(label=_("Payment method"), choices=OfflineKind.choices)
    received_on = date_field(_("Date received"), initial=lambda: clock.reporting_day(clock.now()))
    reference = forms.CharField(
        label=_("Reference"),
        max_length=120,
        required=False,
        help_text=_("Optional. The number on the receipt or bank statement."),
    )

    def clean_received_on(self) -> date:
        day: date = self.cleaned_data["received_on"]
        if day > clock.reporting_day(clock.now()):
            raise ValidationError(_("The date can’t be in the future."))
        return day


class ReverseEntryForm(forms.Form):
    """Why an entry is undone."""

    note = forms.CharField(
        label=_("Reason"), max_length=250, help_text=_("For example, recorded for the wrong booking.")
    )
