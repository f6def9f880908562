"""Changing an uploaded file where it lies, so that every holder of it has the cleaned one."""

from collections.abc import Iterator
from typing import Final

from django.core.files.base import File

_CHUNK: Final = 64 * 1024


def replace_content(file: File, content: bytes) -> bool:
    """Whether `content` differs from what was in the file."""
    file.seek(0)
    changed: bool = file.read() != content
    if changed:
        file.seek(0)
        file.truncate()
        file.write(content)
        file.size = len(content)
    file.seek(0)
    return changed


def blank(file: File, start: int, end: int) -> bool:
    """Zeros from `start` to `end`; whether anything else was there."""
    changed = False
    for position, length in _chunks(start, end):
        file.seek(position)
        if any(file.read(length)):
            file.seek(position)
            file.write(bytes(length))
            changed = True
    return changed


def cut(file: File, size: int) -> None:
    """Keep the first `size` bytes."""
    file.seek(size)
    file.truncate()
    file.size = size


def _chunks(start: int, end: int) -> Iterator[tuple[int, int]]:
    for position in range(start, end, _CHUNK):
        yield position, min(_CHUNK, end - position)
