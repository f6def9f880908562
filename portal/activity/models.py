"""First-party events of the funnel and the media library: pseudonymous, append-only, no foreign keys."""

from django.db import models

from portal.common import clock


class Activity(models.TextChoices):
    """What a visitor did."""

    SERVICE_VIEWED = "service_viewed", "Service viewed"
    BOOKING_STARTED = "booking_started", "Booking started"
    DEPOSIT_PAGE_OPENED = "deposit_page_opened", "Deposit page opened"
    PAYMENT_ATTEMPTED = "payment_attempted", "Payment attempted"
    MEDIA_PLAYED = "media_played", "Media played"


class ActivityEvent(models.Model):
    """One event. `visitor` is a keyed hash, empty for somebody we do not know."""

    occurred_at = models.DateTimeField(default=clock.now, editable=False)
    activity = models.CharField(max_length=32, choices=Activity, editable=False)
    service_id = models.BigIntegerField(null=True, editable=False)
    object_id = models.CharField(max_length=64, blank=True, editable=False)
    visitor = models.CharField(max_length=32, blank=True, editable=False)

    class Meta:
        indexes = (models.Index(fields=["occurred_at", "activity"], name="activity_occurred_at"),)

    def __str__(self) -> str:
        return f"{self.activity} {self.occurred_at:%Y-%m-%d %H:%M}"
