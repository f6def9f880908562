"""Plain text, tables and captions: UTF-8, and no page or program in disguise."""

from typing import Final

from django.core.files.base import File
from django.utils.translation import gettext as _

from portal.uploads.errors import HIDES, UploadRejected

_ALLOWED_CONTROLS: Final = frozenset("\t\n\r\f")


def is_text(file: File) -> bool:
    """Whether there is no byte in it that no text has."""
    file.seek(0)
    return b"\0" not in file.read()


def text(file: File) -> bool:
    """Nothing is changed. Raises UploadRejected."""
    file.seek(0)
    try:
        content = file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UploadRejected(_("This file isn’t UTF-8 text. Save it as UTF-8 and try again.")) from error
    if any(letter < " " and letter not in _ALLOWED_CONTROLS for letter in set(content)):
        raise UploadRejected(_("This file isn’t UTF-8 text. Save it as UTF-8 and try again."))
    if content.lstrip().startswith(("<", "#!")):
        raise UploadRejected(HIDES)
    return False


def captions(file: File) -> bool:
    """WebVTT, as far as its first line says. Raises UploadRejected."""
    file.seek(0)
    if not file.read(16).removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT"):
        raise UploadRejected(_("Captions must start with the line WEBVTT. Save the file as WebVTT and try again."))
    return text(file)
