"""A service of care: its price, deposit, policy and weekly availability."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.dates import WEEKDAYS as DAY_NAMES
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from portal.bookings.enums import DepositKind
from portal.common import when
from portal.common.clock import validate_years, validate_zone
from portal.common.money import EXPONENTS, exponent, formatted, share, validate_charge


def validate_currency(code: str) -> None:
    """Raises ValidationError unless `code` is an upper-case currency that Stripe takes."""
    exponent(code)
    if code != code.upper():
        raise ValidationError(_("Enter the currency in capitals, for example GBP."))


def _chargeable(field: str, amount: int, currency: str, what: str | Promise = "") -> None:
    try:
        validate_charge(amount, currency)
    except ValidationError as error:
        raise ValidationError({field: f"{what}{error.message}"}) from None


class Service(ClusterableModel):
    """Something a caregiver can book. Amounts in minor units of `currency`."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("slug"), unique=True)
    summary = models.CharField(_("summary"), max_length=200, help_text=_("One sentence, shown in lists."))
    description = models.TextField(_("description"), blank=True)
    location = models.CharField(_("location"), max_length=150)
    at_home = models.BooleanField(
        _("at the person’s home"),
        default=False,
        db_default=False,
        help_text=_("We then ask for the address of the visit once the place is booked."),
    )
    image_name = models.CharField(
        _("picture"),
        max_length=30,
        default="respite-care",
        choices=[
            ("respite-care", _("Respite at home")),
            ("day-programme", _("Day programme")),
            ("needs-assessment", _("Home assessment")),
            ("overnight-respite", _("Overnight")),
        ],
    )
    price_amount = models.PositiveIntegerField(_("price"), help_text=_("In minor units: 4500 is £45.00."))
    currency = models.CharField(_("currency"), max_length=3, default="GBP", validators=[validate_currency])
    deposit_kind = models.CharField(
        _("deposit type"), max_length=10, choices=DepositKind, default=DepositKind.PERCENTAGE
    )
    deposit_value = models.PositiveIntegerField(
        _("deposit"), help_text=_("Fixed amount: in minor units. Percentage: in hundredths, so 2500 is 25%.")
    )
    vat_rate = models.PositiveIntegerField(
        _("VAT rate"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(10_000)],
        help_text=_("In hundredths of a percent: 2000 is 20%. Empty when the service has none."),
    )
    time_zone = models.CharField(_("time zone"), max_length=63, default="Europe/London", validators=[validate_zone])
    duration_minutes = models.PositiveIntegerField(
        _("length (minutes)"), validators=[MinValueValidator(15), MaxValueValidator(14 * 24 * 60)]
    )
    hold_minutes = models.PositiveIntegerField(
        _("time to pay the deposit (minutes)"),
        default=30,
        validators=[MinValueValidator(5), MaxValueValidator(7 * 24 * 60)],
    )
    active = models.BooleanField(_("open for booking"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0, help_text=_("Order in lists."))

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ("position", "name")

    def __str__(self) -> str:
        return self.name

    @property
    def deposit_amount(self) -> int:
        """The deposit in minor units; never more than the price."""
        if self.deposit_kind == DepositKind.FIXED:
            return self.deposit_value
        return share(self.price_amount, self.deposit_value, self.currency)

    @property
    def duration_label(self) -> str:
        """How long a session takes, in words: 90 minutes, 3 hours, 2 days."""
        minutes = self.duration_minutes
        if minutes >= 2 * 1440 and minutes % 1440 == 0:
            return ngettext("%(number)d day", "%(number)d days", minutes // 1440) % {"number": minutes // 1440}
        if minutes >= 2 * 60 and minutes % 60 == 0:
            return ngettext("%(number)d hour", "%(number)d hours", minutes // 60) % {"number": minutes // 60}
        return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}

    def get_price_amount_display(self) -> str:
        """The price as the admin lists it: £45.00."""
        return formatted(self.price_amount, self.currency)

    def get_deposit_amount_display(self) -> str:
        """The deposit as the admin lists it."""
        return formatted(self.deposit_amount, self.currency)

    def clean(self) -> None:
        if self.price_amount is None or self.deposit_value is None or self.currency not in EXPONENTS:
            return  # the fields say so themselves
        if self.deposit_kind == DepositKind.PERCENTAGE and self.deposit_value > 10_000:
            raise ValidationError({"deposit_value": _("The deposit can’t be more than 100% of the price.")})
        if self.deposit_amount > self.price_amount:
            raise ValidationError({"deposit_value": _("The deposit can’t be more than the price.")})
        _chargeable("price_amount", self.price_amount, self.currency)
        _chargeable("deposit_value", self.deposit_amount, self.currency)
        _chargeable("deposit_value", self.price_amount - self.deposit_amount, self.currency, _("Balance: "))

    def policy(self) -> list[dict[str, int]]:
        """The cancellation windows as they are copied onto a booking, longest notice first."""
        windows = sorted(self.cancellation_windows.all(), key=lambda w: -w.hours_before)
        return [{"hours_before": w.hours_before, "refund_percent": w.refund_percent} for w in windows]


class CancellationWindow(models.Model):
    """Cancelling at least `hours_before` the start returns `refund_percent` of what was paid."""

    service = ParentalKey(Service, on_delete=models.CASCADE, related_name="cancellation_windows")
    hours_before = models.PositiveIntegerField(_("notice (hours)"))
    refund_percent = models.PositiveSmallIntegerField(_("refund %"), validators=[MaxValueValidator(100)])

    class Meta:
        verbose_name = _("refund rule")
        verbose_name_plural = _("refund rules")
        ordering = ("-hours_before",)
        constraints = (models.UniqueConstraint(fields=["service", "hours_before"], name="one_window_per_notice"),)

    def __str__(self) -> str:
        return str(
            _("%(percent)s%% refund with %(hours)s hours’ notice")
            % {"percent": self.refund_percent, "hours": self.hours_before}
        )


class Availability(models.Model):
    """A weekly slot in the service's local time, from which sessions are generated."""

    WEEKDAYS: ClassVar[list[tuple[int, str | Promise]]] = list(DAY_NAMES.items())

    service = ParentalKey(Service, on_delete=models.CASCADE, related_name="availabilities")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=WEEKDAYS)
    start_time = models.TimeField(_("starts at"), help_text=_("In the service’s local time."))
    capacity = models.PositiveIntegerField(_("places"), validators=[MinValueValidator(1)])
    valid_from = models.DateField(_("first day"), null=True, blank=True)
    valid_until = models.DateField(_("last day"), null=True, blank=True)

    class Meta:
        ordering = ("weekday", "start_time")
        verbose_name = _("weekly session")
        verbose_name_plural = _("weekly sessions")

    def __str__(self) -> str:
        return f"{self.get_weekday_display()}, {when.clock_time(self.start_time)}"

    def clean(self, *args: Any) -> None:
        validate_years(valid_from=self.valid_from, valid_until=self.valid_until)
        if self.valid_from and self.valid_until and self.valid_from > self.valid_until:
            raise ValidationError({"valid_until": _("The last day can’t be before the first day.")})
