"""A saved item has its file in the right store; a replaced, moved or deleted file is forgotten. `clean_uploads` looks
at the library's files, too."""

from typing import Any

from django.core.files.base import File
from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver
from wagtail.contrib.frontend_cache.utils import purge_urls_from_cache

from portal.media_library.domain import files
from portal.media_library.enums import Kind
from portal.media_library.models import MediaItem
from portal.uploads import Examined
from portal.uploads.policies import LIBRARY
from portal.uploads.stored import Stored, register


@receiver(pre_save, sender=MediaItem, dispatch_uid="media_library.settle")
def settle(instance: MediaItem, **kwargs: Any) -> None:
    """Before the row is written."""
    instance._former_file = (
        MediaItem.objects.filter(pk=instance.pk).values_list("file", flat=True).first() if instance.pk else None
    )
    files.settle(instance)


@receiver(post_save, sender=MediaItem, dispatch_uid="media_library.forget_former")
def forget_former(instance: MediaItem, **kwargs: Any) -> None:
    """A file that was replaced or moved."""
    former = getattr(instance, "_former_file", None)
    if former and former != instance.file.name:
        files.forget(former)


@receiver(post_delete, sender=MediaItem, dispatch_uid="media_library.forget_deleted")
def forget_deleted(instance: MediaItem, **kwargs: Any) -> None:
    """A file whose item is gone."""
    if instance.file.name:
        files.forget(instance.file.name)


def _columns(file: File, examined: Examined) -> dict[str, Any]:
    return {"content_type": examined.content_type, "size": examined.size, "duration_seconds": examined.seconds}


def _forget_address(item: MediaItem) -> None:
    """The CDN keeps a file for a year under an address that now holds another."""
    purge_urls_from_cache([item.file.url.partition("?")[0]])


register(Stored(MediaItem, "file", lambda item: LIBRARY[Kind(item.kind)], _columns, _forget_address))
