"""Findings, kept; and the settings that staff edit."""

from datetime import date
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from insights.anomalies import thresholds
from insights.anomalies.figures import NAMES
from insights.anomalies.forms import AnomalySettingsForm
from insights.anomalies.judging import Severity
from insights.anomalies.thresholds import Thresholds
from portal.accounts.roles import Role
from portal.common import clock


class Anomaly(models.Model):
    """One figure that left its usual range: opened once, brought up to date, closed when the figure is usual again.

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
        verbose_name = "finding"
        constraints = (
            models.UniqueConstraint(fields=["kpi"], condition=Q(closed_at=None), name="one_open_anomaly_per_kpi"),
        )

    def __str__(self) -> str:
        return f"{self.name}, {self.day}"

    @property
    def name(self) -> str:
        """The figure's name."""
        return NAMES.get(self.kpi, self.kpi)

    def reason(self, today: date | None = None) -> str:
        """The finding in one sentence, as it reads on `today`; without it with its date, for what is read later."""
        dated = f"On {self.day:%A} {self.day.day} {self.day:%B}"
        when = {0: "Today", 1: "Yesterday"}.get((today - self.day).days, dated) if today else dated
        return f"{when} {self.what}"


def _every_figure() -> list[str]:
    return list(NAMES)


def _managers() -> list[str]:
    return [Role.MANAGER.value]


def _number(default: int, low: int, high: int, **kwargs: Any) -> models.IntegerField:
    wrong = f"Please give a whole number from {low} to {high:,}."
    validators = [MinValueValidator(low, wrong), MaxValueValidator(high, wrong)]
    return models.IntegerField(default=default, validators=validators, **kwargs)


_SENSITIVITY = "Please give a number from 2 (many findings) to 10 (only the worst)."


@register_setting(icon="warning")
class AnomalySettings(BaseGenericSetting):
    """When a figure counts as unusual, and who is told."""

    watched = models.JSONField(default=_every_figure, blank=True)
    recipients = models.JSONField(default=_managers, blank=True)
    sensitivity = models.DecimalField(
        max_digits=3,
        decimal_places=1,
        default=thresholds.SENSITIVITY,
        validators=[MinValueValidator(2, _SENSITIVITY), MaxValueValidator(10, _SENSITIVITY)],
        help_text="How far from the usual counts as unusual, in usual day-to-day variations. Lower finds more, and "
        "is wrong more often. 3.5 is wrong about once a year for each figure.",
    )
    minimum_volume = _number(
        thresholds.MINIMUM_VOLUME, 5, 100_000,
        help_text="A day with fewer payments, visits or events than this is neither judged nor compared with.",
    )  # fmt: skip
    silence_bookings = _number(
        thresholds.SILENCE_BOOKINGS, 5, 10_000,
        help_text="Say that nobody books once this many bookings were usual since the last one.",
    )  # fmt: skip
    lag_seconds = _number(
        thresholds.LAG_SECONDS, 1, 86_400,
        help_text="Seconds that Stripe's events may always take, whatever is usual.",
    )  # fmt: skip
    closed_days = models.TextField(
        blank=True,
        help_text="Days on which nothing is expected, such as bank holidays: one a line, like 2026-12-25. "
        "They are neither judged nor compared with.",
    )

    base_form_class = AnomalySettingsForm
    panels: ClassVar[list[Any]] = [
        FieldPanel("watched"),
        FieldPanel("recipients"),
        MultiFieldPanel(
            [FieldPanel(n) for n in ("sensitivity", "minimum_volume", "silence_bookings", "lag_seconds")],
            heading="When it counts as unusual",
        ),
        FieldPanel("closed_days"),
    ]

    class Meta:
        default_permissions = ("change",)
        verbose_name = "unusual figures"

    def __str__(self) -> str:
        return "Unusual figures"

    def clean(self) -> None:
        try:
            self._days()
        except ValueError as error:
            raise ValidationError({"closed_days": str(error)}) from error

    def thresholds(self) -> Thresholds:
        """The settings as the judges take them."""
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
        raise ValueError(f"Line {number}: “{text}” is not a day. Write it like 2026-12-25.") from None
