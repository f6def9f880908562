"""A place in time with a capacity."""

from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.bookings.enums import ClosedBy, SessionStatus
from portal.bookings.models.service import Service
from portal.common import clock, when


class SessionQuerySet(QuerySet["Session"]):
    """Sessions by what a caregiver can do with them."""

    def upcoming(self) -> "SessionQuerySet":
        """Open, of an active service, not begun."""
        return self.filter(status=SessionStatus.OPEN, service__active=True, starts_at__gt=clock.now())

    def bookable(self) -> "SessionQuerySet":
        """Upcoming with a free place."""
        return self.upcoming().filter(held__lt=F("capacity"))


class Session(models.Model):
    """One session of a service. `held` moves only by conditional UPDATE, under the CHECK below."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="sessions", verbose_name=_("service"))
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    capacity = models.PositiveIntegerField(_("places"))
    held = models.PositiveIntegerField(_("booked"), default=0, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=SessionStatus, default=SessionStatus.OPEN)
    closed_by = models.CharField(max_length=10, choices=ClosedBy, blank=True, default="", db_default="", editable=False)

    objects: ClassVar = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ("starts_at",)
        constraints = (
            models.CheckConstraint(condition=Q(held__gte=0) & Q(held__lte=F("capacity")), name="held_within_capacity"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start"),
            models.UniqueConstraint(fields=["service", "starts_at"], name="one_session_per_start"),
        )
        indexes = (models.Index(fields=["starts_at", "status"], name="session_starts_at"),)

    def __str__(self) -> str:
        return f"{self.service.name}, {when.session_time(self.starts_local, self.ends_local)}"

    def clean(self) -> None:
        clock.validate_years(starts_at=self.starts_at, ends_at=self.ends_at)
        if self.capacity is not None and self.capacity < self.held:
            sentence = _(
                "%(held)s places are already booked. Enter at least that many, or cancel some bookings first."
            ) % {"held": self.held}
            raise ValidationError({"capacity": sentence})
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("The end must be after the start.")})

    def local(self, moment: datetime) -> datetime:
        """`moment` in the service's own time zone."""
        return moment.astimezone(ZoneInfo(self.service.time_zone))

    @property
    def starts_local(self) -> datetime:
        """The start in the service's own time zone."""
        return self.local(self.starts_at)

    @property
    def ends_local(self) -> datetime:
        """The end in the service's own time zone."""
        return self.local(self.ends_at)

    @property
    def free(self) -> int:
        """Places nobody holds."""
        return self.capacity - self.held
