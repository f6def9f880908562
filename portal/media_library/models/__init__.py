"""What the library holds."""

from portal.media_library.models.item import Category, MediaItem, MediaItemQuerySet

__all__ = ["Category", "MediaItem", "MediaItemQuerySet"]
