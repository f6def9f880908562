"""The coordinators' forms: of a service, with money as people write it, and of a session."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from itertools import combinations, pairwise
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from portal.audit.actor import Actor, Cause, Source
from portal.bookings.domain.availability import generate_upcoming
from portal.bookings.domain.schedule import (
    SchedulePlan,
    WeeklySessions,
    apply_plan,
    plan_closure,
    plan_weekly_sessions,
)
from portal.bookings.domain.session_changes import cancel_session
from portal.bookings.domain.terms import record_changed_terms, stored_terms
from portal.bookings.enums import ClosedBy, DepositKind, SessionStatus
from portal.bookings.errors import SessionChangeRefused
from portal.bookings.models import Availability, Booking, CancellationWindow, Closure, Service, Session
from portal.common.form_fields import AmountField, AmountsForm


class ServiceForm(AmountsForm, WagtailAdminModelForm):  # type: ignore[misc]
    """The price and a fixed deposit in major units; a deposit by percentage as a percentage."""

    amounts: ClassVar[tuple[str, ...]] = ("price_amount", "deposit_value", "vat_rate")

    price_amount = AmountField(label=gettext_lazy("Price"), help_text=gettext_lazy("For example, 45.00."))
    deposit_value = AmountField(
        label=gettext_lazy("Deposit"),
        help_text=gettext_lazy("A fixed amount, such as 15.00, or a percentage, such as 25. Enter 0 for no deposit."),
    )
    vat_rate = AmountField(
        label=gettext_lazy("VAT rate (%)"),
        required=False,
        help_text=gettext_lazy(
            "For example, 20. The price includes it, and receipts say how much it is. Leave empty if there’s no VAT."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and Booking.objects.filter(session__service=self.instance).exists():
            self.fields["time_zone"].disabled = True
            self.fields["time_zone"].help_text = _("People have booked by these clocks, so it can’t be changed.")

    def to_major(self, name: str, stored: int) -> Decimal:
        if self._is_percentage(name, self.instance.deposit_kind):
            return Decimal(stored).scaleb(-2)
        return super().to_major(name, stored)

    def to_minor(self, name: str, typed: Decimal) -> int:
        if self._is_percentage(name, self.cleaned_data.get("deposit_kind")):
            hundredths = typed.scaleb(2)
            if hundredths != hundredths.to_integral_value():
                raise ValidationError(_("Enter a percentage with up to two decimal places."))
            return int(hundredths)
        return super().to_minor(name, typed)

    def _is_percentage(self, name: str, deposit_kind: str | None) -> bool:
        return name == "vat_rate" or (name == "deposit_value" and deposit_kind == DepositKind.PERCENTAGE)

    def is_valid(self) -> bool:
        return bool(super().is_valid()) and self._windows_agree() and self._slots_agree()

    def plan(self) -> SchedulePlan:
        """What the weekly sessions, as they are typed, make of the sessions to come. Of a valid form."""
        if self.instance.pk is None:
            return SchedulePlan(ClosedBy.WEEKLY_SESSIONS)
        stored = Service.objects.get(pk=self.instance.pk)
        before = WeeklySessions(list(stored.availabilities.all()), stored.time_zone)
        plan = plan_weekly_sessions(stored, before, WeeklySessions(self._slots(), self.cleaned_data["time_zone"]))
        return plan if self.cleaned_data["active"] else replace(plan, appearing=[])

    def _slots(self) -> list[Availability]:
        rows = self.formsets["availabilities"].forms
        return [row.instance for row in rows if row.cleaned_data and not row.cleaned_data.get("DELETE")]

    def _slots_agree(self) -> bool:
        """No two weekly sessions begin together: one session has one number of places."""
        for one, other in combinations(self._slots(), 2):
            if (one.weekday, one.start_time) == (other.weekday, other.start_time) and _overlap(one, other):
                sentence = _("%(slot)s is there twice for the same dates. Keep one, and give it all its places.")
                self.add_error(None, sentence % {"slot": one})
                return False
        return True

    def _windows_agree(self) -> bool:
        """Whoever cancels earlier gets at least as much back."""
        rows = [form.cleaned_data for form in self.formsets["cancellation_windows"].forms]
        typed = [row for row in rows if row and not row.get("DELETE")]
        windows = sorted(((row["hours_before"], row["refund_percent"]) for row in typed), reverse=True)
        for (longer, less), (shorter, more) in pairwise(windows):
            if more > less:
                sentence = _(
                    "With %(longer)s hours’ notice the refund is %(less)s%%, but with %(shorter)s hours’ notice it’s "
                    "%(more)s%%. Longer notice must refund at least as much."
                )
                lengths = {"longer": longer, "less": less, "shorter": shorter, "more": more}
                self.add_error(None, sentence % lengths)
                return False
        return True

    @transaction.atomic
    def save(self, commit: bool = True) -> Service:
        """The cancellation windows are written anew: two that swap their hours would meet on the way."""
        if not commit:
            unsaved: Service = super().save(commit=False)
            return unsaved
        before = stored_terms(self.instance.pk) if self.instance.pk else {}
        apply_plan(self.plan())
        CancellationWindow.objects.filter(service_id=self.instance.pk).delete()
        service: Service = super().save()
        generate_upcoming(service)
        if self.for_user is not None:
            record_changed_terms(service, before, cause=Cause(Actor.user(self.for_user), Source.STAFF))
        return service


def _overlap(one: Availability, other: Availability) -> bool:
    return (one.valid_from or date.min) <= (other.valid_until or date.max) and (other.valid_from or date.min) <= (
        one.valid_until or date.max
    )


class ClosureForm(WagtailAdminModelForm):  # type: ignore[misc]
    """Holidays. What was booked in them is either cancelled with the closure, or left to be seen to one by one."""

    cancel_booked = forms.BooleanField(
        label=gettext_lazy("Cancel the sessions that are booked"),
        required=False,
        help_text=gettext_lazy(
            "We’ll cancel every booking, refund everything that’s been paid and email each caregiver. Otherwise these "
            "sessions take no more bookings, and you cancel or move each one yourself."
        ),
    )
    message = forms.CharField(
        label=gettext_lazy("Message to caregivers"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Part of the email about a cancelled booking."),
    )

    reviewed: SchedulePlan | None = None  # what was confirmed; nothing that was booked since is cancelled unseen

    def plan(self) -> SchedulePlan:
        """What it makes of the sessions to come. Of a valid form."""
        return plan_closure(self.instance, self.cleaned_data["services"] or Service.objects.all())

    @transaction.atomic
    def save(self, commit: bool = True) -> Closure:
        """The days that it no longer covers get their weekly sessions back.

        Raises:
            SessionChangeRefused: a session that is to be cancelled has begun or changed since; nothing is saved.
        """
        plan, closure = self.reviewed or self.plan(), super().save(commit=commit)
        apply_plan(plan)
        if self.cleaned_data["cancel_booked"]:
            cause = Cause(Actor.user(self.for_user), Source.STAFF)
            for session in plan.booked:
                cancel_session(session.pk, cause=cause, message=self.cleaned_data["message"])
        for service in Service.objects.filter(active=True):
            generate_upcoming(service)
        return closure  # type: ignore[no-any-return]


class ZonedDateTimeField(forms.DateTimeField):
    """Reads and shows the clock of `zone` (a name of the IANA data base), whatever zone the reader's is."""

    def __init__(self, *, zone: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.zone = ZoneInfo(zone)

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(self.zone):
            return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        with timezone.override(self.zone):
            return super().prepare_value(value)


class SessionForm(WagtailAdminModelForm):  # type: ignore[misc]
    """Where and when a session is, only until it is made: what people booked is moved or cancelled at the desk, which
    tells them and gives their money back."""

    FIXED: ClassVar[tuple[str, ...]] = ("service", "starts_at", "ends_at")
    AT_THE_DESK: ClassVar[Promise] = gettext_lazy(
        "To move or cancel this session, open it in Care desk. Everyone who booked will be notified."
    )

    seen_status = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_status"].initial = self.instance.status
        status = self.fields["status"]
        status.choices = [choice for choice in SessionStatus.choices if choice[0] != SessionStatus.CANCELLED]
        self._read_clocks_of(self._service())
        if self.instance.pk is None:
            return
        for name in self.FIXED:
            self.fields[name].disabled = True
        if self.instance.status == SessionStatus.CANCELLED:
            status.choices, status.disabled = SessionStatus.choices, True
        status.help_text = self.AT_THE_DESK

    def _service(self) -> Service | None:
        """The service that the session has, or that is chosen for it."""
        if self.instance.pk is not None:
            return self.instance.service  # type: ignore[no-any-return]
        try:
            return self.fields["service"].clean(self.data.get(self.add_prefix("service")))  # type: ignore[no-any-return]
        except ValidationError:
            return None

    def _read_clocks_of(self, service: Service | None) -> None:
        zone = service.time_zone if service else settings.TIME_ZONE
        zones = (
            [zone] if service else Service.objects.order_by("time_zone").values_list("time_zone", flat=True).distinct()
        )
        note = _("The service’s local time: %(zones)s.") % {"zones": ", ".join(zones)}
        for name in ("starts_at", "ends_at"):
            plain = self.fields[name]
            self.fields[name] = ZonedDateTimeField(
                zone=zone, widget=plain.widget, label=plain.label, required=plain.required, help_text=note
            )

    def save(self, commit: bool = True) -> Session:
        """Of an existing session only what was changed here: places and state may have moved since it was opened.

        Raises SessionChangeRefused: they have, and nothing is saved.
        """
        is_new = self.instance.pk is None
        session: Session = super().save(commit=commit and is_new)
        if commit and not is_new:
            self._write(session)
        return session

    @transaction.atomic
    def _write(self, session: Session) -> None:
        standing = Session.objects.filter(pk=session.pk).exclude(status=SessionStatus.CANCELLED)
        seen = self.cleaned_data["seen_status"] or self.initial["status"]
        written = True
        if "capacity" in self.changed_data:
            written = bool(standing.filter(held__lte=session.capacity).update(capacity=session.capacity))
        if written and session.status != seen:
            written = bool(standing.filter(status=seen).update(status=session.status, closed_by=""))
        if not written:
            raise SessionChangeRefused(
                _("This session has changed since you opened this page. Check it and try again.")
            )
