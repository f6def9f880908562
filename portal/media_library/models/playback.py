"""What players report: append-only, pseudonymous."""

from django.db import models

from portal.common import clock
from portal.media_library.enums import Playback
from portal.media_library.models.item import MediaItem


class PlaybackEvent(models.Model):
    """One report. `viewer` is a keyed hash, empty for somebody we do not know; `seconds` were watched since the
    play's report before, so that they add up. The item's number stays when the item is deleted: figures keep."""

    occurred_at = models.DateTimeField(default=clock.now, editable=False)
    item = models.ForeignKey(
        MediaItem, on_delete=models.DO_NOTHING, db_constraint=False, related_name="playback", editable=False
    )
    viewer = models.CharField(max_length=32, blank=True, editable=False)
    event = models.CharField(max_length=20, choices=Playback, editable=False)
    seconds = models.PositiveIntegerField(default=0, editable=False)

    wagtail_reference_index_ignore = True

    class Meta:
        indexes = (models.Index(fields=["occurred_at", "event"], name="playback_occurred_at"),)

    def __str__(self) -> str:
        return f"{self.event} {self.occurred_at:%Y-%m-%d %H:%M}"
