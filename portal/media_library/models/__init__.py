"""What the library holds, and what was played of it."""

from portal.media_library.models.item import Category, MediaItem, MediaItemQuerySet
from portal.media_library.models.playback import PlaybackEvent

__all__ = ["Category", "MediaItem", "MediaItemQuerySet", "PlaybackEvent"]
