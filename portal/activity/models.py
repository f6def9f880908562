"""First-party events of the funnel and the media library: pseudonymous, append-only, no foreign keys."""

from typing import Final

from django.db import models

from portal.common import clock


class Activity(models.TextChoices):
    """What a visitor did. Paying and what follows are read from the ledger, which misses nobody."""

    SERVICE_VIEWED = "service_viewed", "Service viewed"
    BOOKING_STARTED = "booking_started", "Booking started"
    DEPOSIT_PAGE_OPENED = "deposit_page_opened", "Deposit page opened"
    MEDIA_PLAYED = "media_played", "Media played"
    MEDIA_FIRST_QUARTILE = "media_first_quartile", "Media: a quarter played"
    MEDIA_MIDPOINT = "media_midpoint", "Media: half played"
    MEDIA_THIRD_QUARTILE = "media_third_quartile", "Media: three quarters played"
    MEDIA_COMPLETED = "media_completed", "Media played to the end"
    MEDIA_STOPPED = "media_stopped", "Media paused or left"
    MEDIA_DOWNLOADED = "media_downloaded", "Media downloaded"


FUNNEL: Final = frozenset({Activity.SERVICE_VIEWED, Activity.BOOKING_STARTED, Activity.DEPOSIT_PAGE_OPENED})
MEDIA: Final = frozenset(Activity) - FUNNEL


class ActivityEvent(models.Model):
    """One event. `visitor` is a keyed hash, empty for whoever has not allowed it (see consent.py). `object_id` is the
    slug of a media item, never the number of anything that belongs to a person. `seconds` were watched since the
    play's event before, so that they add up."""

    occurred_at = models.DateTimeField(default=clock.now, editable=False)
    activity = models.CharField(max_length=32, choices=Activity, editable=False)
    service_id = models.BigIntegerField(null=True, editable=False)
    object_id = models.CharField(max_length=64, blank=True, editable=False)
    visitor = models.CharField(max_length=32, blank=True, editable=False)
    seconds = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        indexes = (models.Index(fields=["occurred_at", "activity"], name="activity_occurred_at"),)

    def __str__(self) -> str:
        return f"{self.activity} {self.occurred_at:%Y-%m-%d %H:%M}"
