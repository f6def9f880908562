"""`examine()`: by content first, then by name and size; whatever it says is a sentence for an editor."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

import filetype
from django.core.files.base import File

from portal.uploads import formats
from portal.uploads.enums import Kind
from portal.uploads.refused import Refused

MB: Final = 1024 * 1024
_HEAD_BYTES: Final = 8192


@dataclass(frozen=True, slots=True)
class Format:
    """One format that the library takes. `look` refuses what is wrong inside, returns seconds or nothing."""

    content_type: str
    extensions: tuple[str, ...]
    kind: Kind
    name: str
    look: Callable[[File], int | None]


@dataclass(frozen=True, slots=True)
class Examined:
    """A file that may be kept; `file` is a cleaned copy where the format allows one."""

    file: File
    content_type: str
    size: int
    seconds: int | None


FORMATS: Final = (
    Format("video/mp4", (".mp4", ".m4v"), Kind.VIDEO, "MP4 film", formats.mp4),
    Format("audio/mpeg", (".mp3",), Kind.AUDIO, "MP3 recording", formats.mp3),
    Format("audio/mp4", (".m4a",), Kind.AUDIO, "M4A recording", formats.mp4),
    Format("image/jpeg", (".jpg", ".jpeg"), Kind.IMAGE, "JPEG picture", formats.picture),
    Format("image/png", (".png",), Kind.IMAGE, "PNG picture", formats.picture),
    Format("image/webp", (".webp",), Kind.IMAGE, "WebP picture", formats.picture),
    Format("application/pdf", (".pdf",), Kind.DOCUMENT, "PDF document", formats.pdf),
)
LIMITS: Final = {Kind.VIDEO: 500 * MB, Kind.AUDIO: 100 * MB, Kind.IMAGE: 15 * MB, Kind.DOCUMENT: 20 * MB}
# What filetype calls the same thing.
_SAME: Final = {"video/x-m4v": "video/mp4"}
_ADVICE: Final = {
    Kind.VIDEO: "Save the film as MP4 and try again.",
    Kind.AUDIO: "Save the recording as MP3 or M4A and try again.",
    Kind.IMAGE: "Save the picture as JPEG, PNG or WebP and try again.",
    Kind.DOCUMENT: "Save the document as PDF and try again.",
}


def examine(file: File, kind: Kind) -> Examined:
    """What `file` is, when the library takes it as `kind`. Raises Refused with what is wrong and what to do."""
    if not file.size:
        raise Refused("The file is empty. Choose another one.")
    if file.size > LIMITS[kind]:
        at_most = f"at most {LIMITS[kind] // MB} MB can be kept"
        raise Refused(f"The file has {file.size / MB:.0f} MB; {at_most}. Make it smaller.")
    found = _format(file, kind)
    _check_name(file, found)
    _refuse_second_nature(file)
    file.seek(0)
    seconds = found.look(file)
    file.seek(0)
    kept = formats.repainted(file, found.content_type) if kind == Kind.IMAGE else file
    return Examined(kept, found.content_type, kept.size, seconds)


def _format(file: File, kind: Kind) -> Format:
    """By the first bytes."""
    file.seek(0)
    guess = filetype.guess(file.read(_HEAD_BYTES))
    content_type = _SAME.get(guess.mime, guess.mime) if guess else ""
    found = next((known for known in FORMATS if known.content_type == content_type), None)
    if found is None:
        raise Refused(f"This is no {Kind(kind).label.lower()} that the library can keep. {_ADVICE[kind]}")
    if found.kind != kind:
        raise Refused(f"This is a {found.name}. Change “Kind” to {found.kind.label}, or choose another file.")
    return found


def _check_name(file: File, found: Format) -> None:
    extension = PurePath(file.name or "").suffix.lower()
    if extension not in found.extensions:
        raise Refused(
            f"The file is named {extension or 'without an ending'} but is a {found.name}. "
            f"Rename it to end in {found.extensions[0]}, if you know where it comes from."
        )


def _refuse_second_nature(file: File) -> None:
    """A file that is also an archive, or carries a page or program in its head, is not what it says it is."""
    file.seek(0)
    head = file.read(_HEAD_BYTES).lower()
    markers = (b"<script", b"<html", b"<!doctype", b"<svg", b"<?php", b"#!/")
    file.seek(0)
    if any(marker in head for marker in markers) or zipfile.is_zipfile(file):
        raise Refused("The file hides something else inside it. Save it again from the program it was made with.")
