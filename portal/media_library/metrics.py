"""Library metrics."""

from typing import Final

from portal.common.metrics import counter

MEDIA_EVENTS: Final = counter("portal_media_events_total", "What players of the library reported.", ["event"])
PURGE_FAILURES: Final = counter("portal_cdn_purge_failures_total", "Purges that the CDN refused.")
