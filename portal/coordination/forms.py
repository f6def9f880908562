"""Forms of the care coordinators' pages."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final
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

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MARKS: Final = [
    (BookingStatus.COMPLETED.value, _("Attended")),
    (BookingStatus.NO_SHOW.value, _("Did not attend")),
    (BookingStatus.CONFIRMED.value, _("Not marked")),
]
HOLDS: Final = [("", _("Standard time for this service")), (120, _("2 hours")), (1440, _("1 day")), (2880, _("2 days"))]
MESSAGE_HELP: Final = _("Optional. Included in the email, for example: Our carer is ill.")


def date_field(label: "StrOrPromise", **kwargs: Any) -> forms.DateField:
    """A day, as browsers pick it."""
    return forms.DateField(label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **kwargs)


class FindCaregiverForm(forms.Form):
    """Who is calling."""

    email = forms.EmailField(label=_("Caregiver’s email address"), max_length=254, validators=[validate_address])


class InviteForm(forms.Form):
    """Somebody who has no account yet."""

    email = forms.EmailField(label=_("Email address"), max_length=254, validators=[validate_address])
    first_name = NameField(label=_("First name"), max_length=150)
    last_name = NameField(label=_("Last name"), max_length=150)
    phone = forms.CharField(label=_("Phone number"), max_length=32, required=False)


class PhoneBookingForm(AsksAboutOverlaps):
    """A booking on behalf of a caregiver; `token` makes it one, however often the form is sent."""

    session = forms.ModelChoiceField(
        Session.objects.none(),
        label=_("Session"),
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
    hold_minutes = forms.TypedChoiceField(
        label=_("Hold the place without a deposit for"),
        choices=HOLDS,
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Allow longer if the caller has no account yet. The hold always ends when the session starts."),
    )
    notes = forms.CharField(label=_("Notes"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
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
            self.add_error("care_recipient", _("Choose a person, or enter a new person’s name."))
        if cleaned.get("care_recipient") and cleaned.get("full_name"):
            self.add_error("full_name", _("Choose a person or enter a new name, not both."))
        return cleaned


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
        self.zone = ZoneInfo(session.service.time_zone)
        self.fields["at"].help_text = _("Local time in %(zone)s.") % {"zone": session.service.time_zone}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("day") and cleaned.get("at"):
            local = datetime.combine(cleaned["day"], cleaned["at"], self.zone)
            starts_at = local.astimezone(UTC)
            if starts_at.astimezone(self.zone).replace(tzinfo=None) != local.replace(tzinfo=None):
                raise ValidationError(
                    {"at": _("The clocks go forward that day, so this time doesn’t exist. Choose another one.")}
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


class TakeBackForm(forms.Form):
    """Why an entry is undone."""

    note = forms.CharField(
        label=_("Reason"), max_length=250, help_text=_("For example, recorded for the wrong booking.")
    )
