"""Noting what a player reports."""

from typing import Final

from django.http import HttpRequest

from portal.activity.domain import record
from portal.activity.models import Activity
from portal.media_library.enums import Playback
from portal.media_library.metrics import MEDIA_EVENTS
from portal.media_library.models import MediaItem

ACTIVITIES: Final = {
    Playback.STARTED: Activity.MEDIA_PLAYED,
    Playback.FIRST_QUARTILE: Activity.MEDIA_FIRST_QUARTILE,
    Playback.MIDPOINT: Activity.MEDIA_MIDPOINT,
    Playback.THIRD_QUARTILE: Activity.MEDIA_THIRD_QUARTILE,
    Playback.COMPLETED: Activity.MEDIA_COMPLETED,
    Playback.STOPPED: Activity.MEDIA_STOPPED,
    Playback.DOWNLOADED: Activity.MEDIA_DOWNLOADED,
}


def note(request: HttpRequest, item: MediaItem, event: Playback, *, seconds: int) -> None:
    """Record the report, unless the visitor's browser asks not to be measured. `seconds` since the play's report
    before."""
    if record(request, ACTIVITIES[event], service_id=item.service_id, object_id=item.slug[:64], seconds=seconds):
        MEDIA_EVENTS.labels(event=event.value).inc()
