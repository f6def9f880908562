"""Where an item's file lies: moved when the item is opened or closed to everybody, forgotten when replaced."""

from django.db import transaction
from wagtail.contrib.frontend_cache.utils import purge_urls_from_cache

from portal.media_library.models import MediaItem
from portal.media_library.storage import SIGNED, LibraryStorage

_storage = LibraryStorage()


def settle(item: MediaItem) -> None:
    """Move the file to the store it belongs in. The old one goes once the row that names the new one is committed."""
    name = item.file.name
    if not name or not getattr(item.file, "_committed", False) or name.partition("/")[0] == item.store:
        return
    with _storage.open(name) as content:
        item.file.name = _storage.save(f"{item.store}/{_plain(name)}", content, max_length=200)


def _plain(name: str) -> str:
    """Without the store and the hash, which saving adds again."""
    path, _, extension = name.partition("/")[2].rpartition(".")
    return f"{path.rpartition('.')[0] or path}.{extension}"


def forget(name: str) -> None:
    """After commit: delete a file that no row names any more, and have the CDN forget its address."""

    def now() -> None:
        if MediaItem.objects.filter(file=name).exists():
            return
        address = _storage.url(name)
        _storage.delete(name)
        purge_urls_from_cache([address.partition("?")[0]])

    transaction.on_commit(now, robust=True)


def is_restricted(name: str) -> bool:
    """Whether a name of the library's storage is of the signed store."""
    return name.startswith(f"{SIGNED}/")
