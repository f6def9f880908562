"""Noting what a player reports."""

from django.http import HttpRequest

from portal.activity.domain import record, visitor_of
from portal.activity.models import Activity
from portal.media_library.enums import Playback
from portal.media_library.metrics import MEDIA_EVENTS
from portal.media_library.models import MediaItem, PlaybackEvent


def note(request: HttpRequest, item: MediaItem, event: Playback, *, seconds: int) -> None:
    """Write the report, unless the visitor's browser says Do Not Track (or Global Privacy Control).

    A start also counts as activity, which insights reads. `seconds` since the play's report before.
    """
    if request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1":
        return
    MEDIA_EVENTS.labels(event=event.value).inc()
    PlaybackEvent.objects.create(item=item, viewer=visitor_of(request), event=event, seconds=seconds)
    if event in (Playback.STARTED, Playback.DOWNLOADED):
        record(request, Activity.MEDIA_PLAYED, service_id=item.service_id, service="", object_id=item.slug[:64])
