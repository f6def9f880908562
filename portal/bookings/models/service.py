"""A service of care: its price, deposit, policy and weekly availability."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import ngettext
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from portal.bookings.enums import DepositKind
from portal.common.clock import validate_zone
from portal.common.money import EXPONENTS, exponent, formatted, share, validate_charge


def validate_currency(code: str) -> None:
    """Raises ValidationError unless `code` is an upper-case currency that Stripe takes."""
    exponent(code)
    if code != code.upper():
        raise ValidationError("Write the currency in capitals, for example GBP.")


def _chargeable(field: str, amount: int, currency: str, what: str = "") -> None:
    try:
        validate_charge(amount, currency)
    except ValidationError as error:
        raise ValidationError({field: what + error.message}) from None


class Service(ClusterableModel):
    """Something a caregiver can book. Amounts in minor units of `currency`."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(unique=True)
    summary = models.CharField(max_length=200, help_text="One sentence for lists.")
    description = models.TextField(blank=True)
    location = models.CharField(max_length=150)
    image_name = models.CharField(
        "picture",
        max_length=30,
        default="respite-care",
        choices=[
            ("respite-care", "Respite at home"),
            ("day-programme", "Day programme"),
            ("needs-assessment", "Home assessment"),
            ("overnight-respite", "Overnight"),
        ],
    )
    price_amount = models.PositiveIntegerField("price", help_text="In minor units: 4500 is £45.00.")
    currency = models.CharField(max_length=3, default="GBP", validators=[validate_currency])
    deposit_kind = models.CharField(max_length=10, choices=DepositKind, default=DepositKind.PERCENTAGE)
    deposit_value = models.PositiveIntegerField(
        "deposit", help_text="Fixed: minor units. Percentage: hundredths of a percent, 2500 is 25 %."
    )
    time_zone = models.CharField(max_length=63, default="Europe/London", validators=[validate_zone])
    duration_minutes = models.PositiveIntegerField(validators=[MinValueValidator(15), MaxValueValidator(14 * 24 * 60)])
    hold_minutes = models.PositiveIntegerField(
        "minutes a place is held", default=30, validators=[MinValueValidator(5), MaxValueValidator(7 * 24 * 60)]
    )
    active = models.BooleanField("can be booked", default=True)
    position = models.PositiveSmallIntegerField(default=0, help_text="Order in lists.")

    class Meta:
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
            raise ValidationError({"deposit_value": "A deposit is at most 100 % of the price."})
        if self.deposit_amount > self.price_amount:
            raise ValidationError({"deposit_value": "A deposit cannot be larger than the price."})
        _chargeable("price_amount", self.price_amount, self.currency)
        _chargeable("deposit_value", self.deposit_amount, self.currency)
        _chargeable("deposit_value", self.price_amount - self.deposit_amount, self.currency, "What is left to pay: ")

    def policy(self) -> list[dict[str, int]]:
        """The cancellation windows as they are copied onto a booking, longest notice first."""
        windows = sorted(self.cancellation_windows.all(), key=lambda w: -w.hours_before)
        return [{"hours_before": w.hours_before, "refund_percent": w.refund_percent} for w in windows]


class CancellationWindow(models.Model):
    """Cancelling at least `hours_before` the start returns `refund_percent` of what was paid."""

    service = ParentalKey(Service, on_delete=models.CASCADE, related_name="cancellation_windows")
    hours_before = models.PositiveIntegerField("hours before the start")
    refund_percent = models.PositiveSmallIntegerField("percent returned", validators=[MaxValueValidator(100)])

    class Meta:
        ordering = ("-hours_before",)
        constraints = (models.UniqueConstraint(fields=["service", "hours_before"], name="one_window_per_notice"),)

    def __str__(self) -> str:
        return f"{self.refund_percent} % with {self.hours_before} hours' notice"


class Availability(models.Model):
    """A weekly slot in the service's local time, from which sessions are generated."""

    WEEKDAYS: ClassVar[list[tuple[int, str]]] = list(
        enumerate(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"])
    )

    service = ParentalKey(Service, on_delete=models.CASCADE, related_name="availabilities")
    weekday = models.PositiveSmallIntegerField(choices=WEEKDAYS)
    start_time = models.TimeField("starts at", help_text="Local time of the service.")
    capacity = models.PositiveIntegerField("places", validators=[MinValueValidator(1)])
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("weekday", "start_time")
        verbose_name_plural = "availabilities"

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.start_time:%H:%M}"

    def clean(self, *args: Any) -> None:
        if self.valid_from and self.valid_until and self.valid_from > self.valid_until:
            raise ValidationError({"valid_until": "This is before the first day."})
