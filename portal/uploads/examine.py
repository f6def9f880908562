"""`examine()`: what an uploaded file really is, whether this door takes it, and what is left out of it.

By content first, then by name and size; whatever it says is a sentence for an editor.
"""

import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from django.core.files.base import File
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from portal.uploads import formats
from portal.uploads.errors import HIDES, Refused
from portal.uploads.formats import Format

MB: Final = 1024 * 1024
_HEAD_BYTES: Final = 8192
_EXAMINED: Final = "_portal_examined"
_MARKERS: Final = (b"<script", b"<html", b"<!doctype", b"<svg", b"<?php", b"#!/")


@dataclass(frozen=True, slots=True)
class Door:
    """What may come in at one place. `what` and `advice` are for whom it is refused."""

    formats: tuple[Format, ...]
    most_bytes: int
    what: str | Promise
    advice: str | Promise


@dataclass(frozen=True, slots=True)
class Examined:
    """A file that may be kept. `changed` when something was left out of it."""

    content_type: str
    size: int
    seconds: int | None
    changed: bool


def examine(file: File, door: Door) -> Examined:
    """Clean `file` where it lies and say what it is. Raises Refused with what is wrong and what to do."""
    _check_size(file, door)
    found = _format(file, door)
    _check_name(file, found)
    if found not in formats.PACKED:
        _refuse_second_nature(file)
    changed = found.clean(file)
    seconds = found.seconds(file) if found.seconds else None
    file.seek(0)
    vars(file)[_EXAMINED] = True
    return Examined(found.content_type, file.size, seconds, changed)


def is_examined(file: File) -> bool:
    """Whether `examine()` has passed this very object."""
    return _EXAMINED in vars(file)


def _check_size(file: File, door: Door) -> None:
    if not file.size:
        raise Refused(_("The file is empty. Choose another one."))
    if file.size > door.most_bytes:
        raise Refused(
            _("The file has %(size)d MB; at most %(most)d MB can be kept. Make it smaller.")
            % {"size": round(file.size / MB), "most": door.most_bytes // MB}
        )


def _format(file: File, door: Door) -> Format:
    """By content; the name decides only between texts."""
    found = formats.recognised(file)
    taken = [known for known in found if known in door.formats]
    named = [known for known in taken if _extension(file) in known.extensions]
    if taken:
        return (named or taken)[0]
    if found:
        raise Refused(
            _("This is a %(format)s, not %(what)s. %(advice)s")
            % {"format": found[0].name, "what": door.what, "advice": door.advice}
        )
    raise Refused(_("This file is not %(what)s. %(advice)s") % {"what": door.what, "advice": door.advice})


def _check_name(file: File, found: Format) -> None:
    extension = _extension(file)
    if extension in found.extensions:
        return
    parts = {"extension": extension, "format": found.name, "right": found.extensions[0]}
    if extension:
        raise Refused(
            _(
                "The file is named %(extension)s but is a %(format)s. "
                "Rename it to end in %(right)s, if you know where it comes from."
            )
            % parts
        )
    raise Refused(
        _("The file's name has no ending, but it is a %(format)s. Add %(right)s, if you know where it comes from.")
        % parts
    )


def _extension(file: File) -> str:
    return PurePath(file.name or "").suffix.lower()


def _refuse_second_nature(file: File) -> None:
    """A file that is also an archive, or carries a page or program in its head, is not what it says it is."""
    file.seek(0)
    head = file.read(_HEAD_BYTES).lower()
    file.seek(0)
    if any(marker in head for marker in _MARKERS) or zipfile.is_zipfile(file):
        raise Refused(HIDES)
