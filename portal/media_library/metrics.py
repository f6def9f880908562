"""Library metrics."""

from typing import Final

from portal.common.metrics import counter
from portal.media_library.enums import Playback

MEDIA_EVENTS: Final = counter(
    "portal_media_events_total", "What players of the library reported.", ["event"], [[e] for e in Playback.values]
)
PURGE_FAILURES: Final = counter("portal_cdn_purge_failures_total", "Purges that the CDN refused.")
