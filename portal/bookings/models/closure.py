"""Days on which weekly sessions do not take place, and single sessions that staff took out."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.bookings.models.service import Service
from portal.common.clock import validate_years


class Closure(models.Model):
    """Holidays of all services, or of some: local days of each service, the first and the last included."""

    name = models.CharField(_("name"), max_length=100, help_text=_("For example: Christmas."))
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    services = models.ManyToManyField(
        Service,
        verbose_name=_("services"),
        blank=True,
        related_name="closures",
        help_text=_("Leave empty to close every service."),
    )

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ("-first_day", "name")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        validate_years(first_day=self.first_day, last_day=self.last_day)
        if self.first_day and self.last_day and self.first_day > self.last_day:
            raise ValidationError({"last_day": _("The last day can’t be before the first day.")})


class SessionException(models.Model):
    """A start of the weekly sessions at which there is none any more (iCalendar's EXDATE). `starts_at` is in UTC."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="exceptions", editable=False)
    starts_at = models.DateTimeField(editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service", "starts_at"], name="one_exception_per_start")
        ]

    def __str__(self) -> str:
        return f"{self.service}, {self.starts_at:%Y-%m-%d %H:%M} UTC"
