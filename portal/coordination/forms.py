"""Forms of the care coordinators' pages."""

from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from payments.enums import OfflineKind
from portal.accounts.fields import NameField, validate_address
from portal.bookings.enums import BookingStatus
from portal.bookings.forms import AsksAboutOverlaps, grouped
from portal.bookings.models import Session
from portal.caregivers.models import Caregiver, CareRecipient
from portal.common import clock

MARKS: Final = [
    (BookingStatus.COMPLETED.value, "Attended"),
    (BookingStatus.NO_SHOW.value, "Did not attend"),
    (BookingStatus.CONFIRMED.value, "Not marked"),
]
HOLDS: Final = [("", "As long as the service says"), (120, "2 hours"), (1440, "1 day"), (2880, "2 days")]
MESSAGE_HELP: Final = "Optional. It goes into the e-mail, for example: Our carer has fallen ill."


def date_field(label: str, **kwargs: Any) -> forms.DateField:
    """A day, as browsers pick it."""
    return forms.DateField(label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **kwargs)


class FindCaregiverForm(forms.Form):
    """Who is calling."""

    email = forms.EmailField(label=_("The caregiver's email address"), max_length=254, validators=[validate_address])


class InviteForm(forms.Form):
    """Somebody who has no account yet."""

    email = forms.EmailField(label=_("Email address"), max_length=254, validators=[validate_address])
    first_name = NameField(max_length=150)
    last_name = NameField(max_length=150)
    phone = forms.CharField(label="Phone number", max_length=32, required=False)


class PhoneBookingForm(AsksAboutOverlaps):
    """A booking on behalf of a caregiver; `token` makes it one, however often the form is sent."""

    session = forms.ModelChoiceField(
        Session.objects.none(),
        error_messages={
            "required": "Choose a session.",
            "invalid_choice": "This session can no longer be booked. Choose another one.",
        },
    )
    care_recipient = forms.ModelChoiceField(
        CareRecipient.objects.none(), label="Who is it for?", required=False, empty_label="Somebody new: write the name"
    )
    full_name = NameField(
        label="Full name of somebody new", max_length=150, required=False, help_text="Only when they are not listed."
    )
    relationship = forms.CharField(
        label="How they are related", max_length=60, required=False, help_text="For example: her mother, a neighbour."
    )
    hold_minutes = forms.TypedChoiceField(
        label="Keep the place without a deposit for",
        choices=HOLDS,
        coerce=int,
        empty_value=None,
        required=False,
        help_text="Longer when the caller has no account yet. Never beyond the start of the session.",
    )
    notes = forms.CharField(max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, caregiver: Caregiver, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        upcoming = Session.objects.upcoming().select_related("service")
        offered = upcoming.bookable().order_by("service__position", "starts_at")
        session, person = self.fields["session"], self.fields["care_recipient"]
        session.queryset = upcoming  # type: ignore[attr-defined]
        session.choices = grouped(list(offered))  # type: ignore[attr-defined]
        person.queryset = CareRecipient.objects.of(caregiver.user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("care_recipient") and not cleaned.get("full_name"):
            self.add_error("care_recipient", "Choose who it is for, or write the name of somebody new.")
        if cleaned.get("care_recipient") and cleaned.get("full_name"):
            self.add_error("full_name", "Either choose somebody, or write a new name: not both.")
        return cleaned


class CancelSessionForm(forms.Form):
    """What people are told."""

    message = forms.CharField(max_length=300, required=False, label="Message to everybody", help_text=MESSAGE_HELP)


class MoveSessionForm(forms.Form):
    """The new time, in the service's own time zone; `seen` is the start that the form showed."""

    day = date_field("New day")
    at = forms.TimeField(label="New time", widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    message = forms.CharField(max_length=300, required=False, label="Message to everybody", help_text=MESSAGE_HELP)
    seen = forms.DateTimeField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        local = session.starts_local
        seen = session.starts_at.isoformat()
        super().__init__(*args, **kwargs)
        self.initial = {"day": local.date(), "at": local.time(), "seen": seen}
        self.zone = ZoneInfo(session.service.time_zone)
        self.fields["at"].help_text = f"Time of day in {session.service.time_zone}."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("day") and cleaned.get("at"):
            local = datetime.combine(cleaned["day"], cleaned["at"], self.zone)
            starts_at = local.astimezone(UTC)
            if starts_at.astimezone(self.zone).replace(tzinfo=None) != local.replace(tzinfo=None):
                raise ValidationError({"at": "The clocks skip this time on that day. Choose another one."})
            cleaned["starts_at"] = starts_at
        return cleaned


class EnterBalanceForm(forms.Form):
    """How the balance came."""

    kind = forms.ChoiceField(label="How it was paid", choices=OfflineKind.choices)
    received_on = date_field("Received on", initial=lambda: clock.reporting_day(clock.now()))
    reference = forms.CharField(
        max_length=120, required=False, help_text="Optional: the number on the slip or the bank statement."
    )

    def clean_received_on(self) -> date:
        day: date = self.cleaned_data["received_on"]
        if day > clock.reporting_day(clock.now()):
            raise ValidationError("This day has not come yet.")
        return day


class TakeBackForm(forms.Form):
    """Why an entry is undone."""

    note = forms.CharField(label="Why", max_length=250, help_text="For example: entered for the wrong booking.")
