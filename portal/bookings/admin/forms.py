"""The coordinators' forms: of a service, with money as people write it, and of a session."""

from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminModelForm

from portal.audit.actor import Actor, Cause, Source
from portal.bookings.domain.terms import record_changed_terms, stored_terms
from portal.bookings.enums import DepositKind, SessionStatus
from portal.bookings.models import CancellationWindow, Service, Session
from portal.common.form_fields import AmountField, AmountsForm


class ServiceForm(AmountsForm, WagtailAdminModelForm):  # type: ignore[misc]
    """The price and a fixed deposit in major units; a deposit by percentage as a percentage."""

    amounts: ClassVar[tuple[str, ...]] = ("price_amount", "deposit_value")

    price_amount = AmountField(label="Price", help_text="As people write it, for example 45.00.")
    deposit_value = AmountField(
        label="Deposit",
        help_text="A fixed amount, for example 15.00; or a percentage, for example 25. 0 asks for none.",
    )

    def shown(self, name: str, kept: int) -> Decimal:
        if name == "deposit_value" and self.instance.deposit_kind == DepositKind.PERCENTAGE:
            return Decimal(kept).scaleb(-2)
        return super().shown(name, kept)

    def kept(self, name: str, typed: Decimal) -> int:
        if name == "deposit_value" and self.cleaned_data.get("deposit_kind") == DepositKind.PERCENTAGE:
            hundredths = typed.scaleb(2)
            if hundredths != hundredths.to_integral_value():
                raise ValidationError("A percentage has at most two decimal places.")
            return int(hundredths)
        return super().kept(name, typed)

    def is_valid(self) -> bool:
        return bool(super().is_valid()) and self._windows_agree()

    def _windows_agree(self) -> bool:
        """Whoever cancels earlier gets at least as much back."""
        rows = [form.cleaned_data for form in self.formsets["cancellation_windows"].forms]
        typed = [row for row in rows if row and not row.get("DELETE")]
        windows = sorted(((row["hours_before"], row["refund_percent"]) for row in typed), reverse=True)
        for (longer, less), (shorter, more) in pairwise(windows):
            if more > less:
                sentence = _(
                    "Cancelling %(longer)s hours before returns %(less)s%%, and %(shorter)s hours before returns "
                    "%(more)s%%. Whoever cancels earlier must get at least as much back."
                )
                said = {"longer": longer, "less": less, "shorter": shorter, "more": more}
                self.add_error(None, sentence % said)
                return False
        return True

    @transaction.atomic
    def save(self, commit: bool = True) -> Service:
        """The cancellation windows are written anew: two that swap their hours would meet on the way."""
        if not commit:
            unsaved: Service = super().save(commit=False)
            return unsaved
        before = stored_terms(self.instance.pk) if self.instance.pk else {}
        CancellationWindow.objects.filter(service_id=self.instance.pk).delete()
        service: Service = super().save()
        if self.for_user is not None:
            record_changed_terms(service, before, cause=Cause(Actor.user(self.for_user), Source.STAFF))
        return service


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
    AT_THE_DESK: ClassVar[str] = "To move or cancel it, open it at the Care desk: everybody who booked is told."

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
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
        said = _("Local time of the service: %(zones)s.") % {"zones": ", ".join(zones)}
        for name in ("starts_at", "ends_at"):
            plain = self.fields[name]
            self.fields[name] = ZonedDateTimeField(
                zone=zone, widget=plain.widget, label=plain.label, required=plain.required, help_text=said
            )

    def save(self, commit: bool = True) -> Session:
        """Of an existing session only what can be typed, and nothing once the desk has cancelled it: `held` and the
        status may have moved since the form was opened."""
        is_new = self.instance.pk is None
        session: Session = super().save(commit=commit and is_new)
        if commit and not is_new:
            standing = Session.objects.filter(pk=session.pk).exclude(status=SessionStatus.CANCELLED)
            standing.update(capacity=session.capacity, status=session.status)
        return session
