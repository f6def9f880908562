"""Where media lie: a public store anybody may read, and a signed one whose addresses open for a while.

Which classes stand behind "default" (public) and "signed" is decided in portal/settings/media.py. A name carries a
hash of the content, so a changed file is a new address and caches may keep each for as long as they like.
"""

import hashlib
from pathlib import PurePosixPath
from typing import Any, Final

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils.deconstruct import deconstructible
from storages.backends.s3 import S3Storage

from portal.media_library.cloudfront import signed, signer

PUBLIC: Final = "public"
SIGNED: Final = "signed"
HASH_DIGITS: Final = 32
FOREVER: Final = "public, max-age=31536000, immutable"
DAY: Final = "public, max-age=86400"


def cache_control(name: str) -> str:
    """How long caches keep a file: a year, its name changes with it; a document a day, for it may be withdrawn."""
    return DAY if PurePosixPath(name).suffix.lower() == ".pdf" else FOREVER


class ContentHashedNames:
    """Puts 128 bits of the content's SHA-256 into the name that a file is saved under."""

    def save(self, name: str | None, content: File, max_length: int | None = None) -> str:
        path = PurePosixPath(name or content.name or "file")
        digest = _digest(content)
        room = (max_length or 255) - len(str(path.parent)) - len(path.suffix) - HASH_DIGITS - 10
        hashed = path.with_name(f"{path.stem[: max(room, 1)]}.{digest}{path.suffix}")
        return str(super().save(str(hashed), content, max_length))  # type: ignore[misc]


def _digest(content: File) -> str:
    digest = hashlib.sha256()
    content.seek(0)
    for chunk in content.chunks():
        digest.update(chunk)
    content.seek(0)
    return digest.hexdigest()[:HASH_DIGITS]


@deconstructible
class LocalFiles(ContentHashedNames, FileSystemStorage):  # type: ignore[misc]
    """A folder of this machine."""


@deconstructible
class SignedLocalFiles(LocalFiles):
    """A folder whose files go out through the local CDN, at signed addresses."""

    def __init__(self, *, key_id: str, key: str, seconds: int, **options: Any) -> None:
        self._signer = signer(key_id, key)
        self._seconds = seconds
        super().__init__(**options)

    def url(self, name: str | None) -> str:
        return signed(self._signer, super().url(name), seconds=self._seconds)


class Objects(ContentHashedNames, S3Storage):
    """A folder of the media bucket, read through CloudFront."""

    def get_object_parameters(self, name: str) -> dict[str, Any]:
        return {**super().get_object_parameters(name), "CacheControl": cache_control(name)}


@deconstructible
class LibraryStorage(Storage):
    """The store that a name begins with: `public/…` or `signed/…`."""

    def _store(self, name: str) -> tuple[Storage, str, str]:
        kind, _, rest = name.partition("/")
        if kind not in (PUBLIC, SIGNED) or not rest:
            raise ValueError(f"{name!r} is in neither store.")
        return storages["default" if kind == PUBLIC else SIGNED], kind, rest

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        store, kind, rest = self._store(name or "")
        length = max_length and max_length - len(kind) - 1
        return f"{kind}/{store.save(rest, content, max_length=length)}"

    def open(self, name: str, mode: str = "rb") -> File:
        store, _, rest = self._store(name)
        return store.open(rest, mode)

    def path(self, name: str) -> str:
        store, _, rest = self._store(name)
        return store.path(rest)

    def delete(self, name: str) -> None:
        store, _, rest = self._store(name)
        store.delete(rest)

    def exists(self, name: str) -> bool:
        store, _, rest = self._store(name)
        return store.exists(rest)

    def size(self, name: str) -> int:
        store, _, rest = self._store(name)
        return store.size(rest)

    def url(self, name: str | None) -> str:
        store, _, rest = self._store(name or "")
        return store.url(rest)
