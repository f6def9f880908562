"""Stored anomalies, and the settings that staff edit."""

from datetime import date
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from insights.anomalies import judging
from insights.anomalies.forms import AnomalySettingsForm
from insights.anomalies.judging import Severity, Thresholds
from insights.kpis.registry import watched_kpis
from portal.accounts.roles import Role
from portal.common import clock


class Anomaly(models.Model):
    """A KPI outside its usual range: opened once, updated, closed when it is back to normal.

    `first_day` and `day` are the first and the newest unusual day. `value`, `low` and `high` are in the KPI's unit.
    """

    kpi = models.CharField(max_length=40)
    first_day = models.DateField()
    day = models.DateField()
    value = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    severity = models.CharField(max_length=8, choices=[(each.value, each.value.capitalize()) for each in Severity])
    what = models.CharField(max_length=300)
    found_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        default_permissions = ()
        verbose_name = _("anomaly")
        verbose_name_plural = _("anomalies")
        constraints = (
            models.UniqueConstraint(fields=["kpi"], condition=Q(closed_at=None), name="one_open_anomaly_per_kpi"),
        )

    def __str__(self) -> str:
        return f"{self.name}, {self.day}"

    @property
    def name(self) -> str:
        """The name under which the KPI is watched; its key when it no longer is."""
        return watched_kpis().get(self.kpi, self.kpi)

    def reason(self, today: date | None = None) -> str:
        """The report as it reads on `today`; without `today`, with its date, for what is read later."""
        dated = f"{self.day:%A} {self.day.day} {self.day:%B}"
        recent = {0: gettext("Today"), 1: gettext("Yesterday")}
        day = recent.get((today - self.day).days, dated) if today else dated
        return gettext("{day}: {report}").format(day=day, report=self.what)


def _everything() -> list[str]:
    return list(watched_kpis())


def _managers() -> list[str]:
    return [Role.MANAGER.value]


def _number(default: int, low: int, high: int, **kwargs: Any) -> models.IntegerField:
    message = format_lazy(_("Enter a whole number from {low} to {high}."), low=low, high=f"{high:,}")
    validators = [MinValueValidator(low, message), MaxValueValidator(high, message)]
    return models.IntegerField(default=default, validators=validators, **kwargs)


_SENSITIVITY = _("Enter a number from 2 (many anomalies) to 10 (only the worst).")


@register_setting(icon="warning")
class AnomalySettings(BaseGenericSetting):
    """When a KPI counts as unusual, and who is told."""

    watched = models.JSONField(default=_everything, blank=True)
    recipients = models.JSONField(default=_managers, blank=True)
    sensitivity = models.DecimalField(
        max_digits=3,
        decimal_places=1,
        default=judging.SENSITIVITY,
        validators=[MinValueValidator(2, _SENSITIVITY), MaxValueValidator(10, _SENSITIVITY)],
        help_text=_(
            "How far from normal counts as unusual, in normal day-to-day variations. A lower number finds more, with "
            "more false alarms. 3.5 gives about one false alarm a year for each KPI."
        ),
    )
    minimum_volume = _number(
        judging.MINIMUM_VOLUME,
        5,
        100_000,
        help_text=_("A day with fewer payments, visits or events than this is not judged or compared with."),
    )
    silence_bookings = _number(
        judging.SILENCE_BOOKINGS,
        5,
        10_000,
        verbose_name=_("Quiet-spell threshold"),
        help_text=_("Report a quiet spell once this many bookings would normally have come since the last one."),
    )
    lag_seconds = _number(
        judging.LAG_SECONDS,
        1,
        86_400,
        verbose_name=_("Allowed delay (seconds)"),
        help_text=_("A webhook lag up to this is never an anomaly."),
    )
    closed_days = models.TextField(
        blank=True,
        help_text=_(
            "Days without the usual activity, such as bank holidays: one a line, like 2026-12-25. They are not judged "
            "or compared with."
        ),
    )

    base_form_class = AnomalySettingsForm
    panels: ClassVar[list[Any]] = [
        FieldPanel("watched"),
        FieldPanel("recipients"),
        MultiFieldPanel(
            [FieldPanel(n) for n in ("sensitivity", "minimum_volume", "silence_bookings", "lag_seconds")],
            heading=_("When a KPI counts as unusual"),
        ),
        FieldPanel("closed_days"),
    ]

    class Meta:
        default_permissions = ("change",)
        verbose_name = _("anomaly detection")

    def __str__(self) -> str:
        return gettext("Anomaly detection")

    def clean(self) -> None:
        try:
            self._days()
        except ValueError as error:
            raise ValidationError({"closed_days": str(error)}) from error

    def thresholds(self) -> Thresholds:
        """The settings, for judging."""
        return Thresholds(
            sensitivity=float(self.sensitivity),
            minimum_volume=self.minimum_volume,
            lag_seconds=self.lag_seconds,
            silence_bookings=self.silence_bookings,
            closed_days=frozenset(self._days()),
        )

    def _days(self) -> list[date]:
        return [
            _day(number, line.strip()) for number, line in enumerate(self.closed_days.splitlines(), 1) if line.strip()
        ]


def _day(number: int, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = gettext("Line {number}: “{text}” isn’t a date. Write it like 2026-12-25.")
        raise ValueError(message.format(number=number, text=text)) from None
