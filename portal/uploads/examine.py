"""`examine()`: what an uploaded file really is, whether this policy takes it, and what is left out of it.

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
from portal.uploads.errors import HIDES, UploadRejected
from portal.uploads.formats import Format

MB: Final = 1024 * 1024
_HEAD_BYTES: Final = 8192
_EXAMINED: Final = "_portal_examined"
_MARKERS: Final = (b"<script", b"<html", b"<!doctype", b"<svg", b"<?php", b"#!/")


@dataclass(frozen=True, slots=True)
class UploadPolicy:
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


def examine(file: File, policy: UploadPolicy) -> Examined:
    """Clean `file` where it lies and say what it is. Raises UploadRejected with what is wrong and what to do."""
    _check_size(file, policy)
    format_ = _format(file, policy)
    _check_name(file, format_)
    if format_ not in formats.PACKED:
        _refuse_second_nature(file)
    changed = format_.clean(file)
    seconds = format_.seconds(file) if format_.seconds else None
    file.seek(0)
    vars(file)[_EXAMINED] = True
    return Examined(format_.content_type, file.size, seconds, changed)


def is_examined(file: File) -> bool:
    """Whether `examine()` has passed this very object."""
    return _EXAMINED in vars(file)


def _check_size(file: File, policy: UploadPolicy) -> None:
    if not file.size:
        raise UploadRejected(_("This file is empty. Choose another one."))
    if file.size > policy.most_bytes:
        raise UploadRejected(
            _("This file is %(size)d MB. The limit is %(most)d MB, so make it smaller.")
            % {"size": round(file.size / MB), "most": policy.most_bytes // MB}
        )


def _format(file: File, policy: UploadPolicy) -> Format:
    """By content; the name decides only between texts."""
    recognised = formats.recognised(file)
    taken = [known for known in recognised if known in policy.formats]
    named = [known for known in taken if _extension(file) in known.extensions]
    if taken:
        return (named or taken)[0]
    if recognised:
        raise UploadRejected(
            _("This is a %(format)s, not %(what)s. %(advice)s")
            % {"format": recognised[0].name, "what": policy.what, "advice": policy.advice}
        )
    raise UploadRejected(_("This file is not %(what)s. %(advice)s") % {"what": policy.what, "advice": policy.advice})


def _check_name(file: File, format_: Format) -> None:
    extension = _extension(file)
    if extension in format_.extensions:
        return
    parts = {"extension": extension, "format": format_.name, "right": format_.extensions[0]}
    if extension:
        raise UploadRejected(
            _(
                "This file is named %(extension)s but it’s a %(format)s. "
                "If you trust where it came from, rename it to end in %(right)s."
            )
            % parts
        )
    raise UploadRejected(
        _("This file’s name has no ending, but it’s a %(format)s. If you trust where it came from, add %(right)s.")
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
        raise UploadRejected(HIDES)
