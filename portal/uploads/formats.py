"""What each format is recognised by, and what is done to a file of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.core.files.base import File
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.uploads import office, pdf, pictures, sounds, text

_HEAD_BYTES: Final = 64
_VIDEO_BRANDS: Final = frozenset(b"isom iso2 iso4 iso5 iso6 mp41 mp42 avc1".split()) | {b"M4V ", b"M4VH", b"M4VP"}


@dataclass(frozen=True, slots=True, eq=False)
class Format:
    """`recognises` goes by content alone; `clean` changes the file where it lies, says whether it did, and raises
    UploadRejected for what is wrong inside. `extensions` begins with the usual one."""

    content_type: str
    extensions: tuple[str, ...]
    name: str | Promise
    recognises: Callable[[File], bool]
    clean: Callable[[File], bool]
    seconds: Callable[[File], int] | None = None


def _starts(*heads: bytes) -> Callable[[File], bool]:
    return lambda file: _head(file).startswith(heads)


def _brand(*brands: bytes) -> Callable[[File], bool]:
    """Source: ISO/IEC 14496-12, 4.3."""
    return lambda file: _head(file)[4:8] == b"ftyp" and _head(file)[8:12] in brands


def _is_webp(file: File) -> bool:
    return _head(file).startswith(b"RIFF") and _head(file)[8:12] == b"WEBP"


def _is_mp3(file: File) -> bool:
    """An ID3 tag, or a frame of layer III."""
    head = _head(file)
    return head.startswith(b"ID3") or (head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xE6 == 0xE2)


def _head(file: File) -> bytes:
    file.seek(0)
    head: bytes = file.read(_HEAD_BYTES)
    return head


MP4: Final = Format("video/mp4", (".mp4", ".m4v"), _("MP4 video"), _brand(*_VIDEO_BRANDS), sounds.mp4, sounds.seconds)
M4A: Final = Format("audio/mp4", (".m4a",), _("M4A audio file"), _brand(b"M4A "), sounds.mp4, sounds.seconds)
MP3: Final = Format("audio/mpeg", (".mp3",), _("MP3 audio file"), _is_mp3, sounds.mp3, sounds.seconds)
JPEG: Final = Format("image/jpeg", (".jpg", ".jpeg"), _("JPEG picture"), _starts(b"\xff\xd8\xff"), pictures.jpeg)
PNG: Final = Format("image/png", (".png",), _("PNG picture"), _starts(b"\x89PNG\r\n\x1a\n"), pictures.png)
GIF: Final = Format("image/gif", (".gif",), _("GIF picture"), _starts(b"GIF87a", b"GIF89a"), pictures.gif)
WEBP: Final = Format("image/webp", (".webp",), _("WebP picture"), _is_webp, pictures.webp)
AVIF: Final = Format("image/avif", (".avif",), _("AVIF picture"), _brand(b"avif", b"avis"), pictures.avif)
PDF: Final = Format("application/pdf", (".pdf",), _("PDF document"), _starts(b"%PDF-"), pdf.pdf)
DOCX: Final = Format(
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    (".docx",),
    _("Word document"),
    office.is_docx,
    office.office,
)
XLSX: Final = Format(
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    (".xlsx",),
    _("Excel workbook"),
    office.is_xlsx,
    office.office,
)
ODT: Final = Format(
    "application/vnd.oasis.opendocument.text", (".odt",), _("OpenDocument text"), office.is_odt, office.office
)
TXT: Final = Format("text/plain", (".txt",), _("text file"), text.is_text, text.text)
CSV: Final = Format("text/csv", (".csv",), _("CSV file"), text.is_text, text.text)
VTT: Final = Format("text/vtt", (".vtt",), _("WebVTT captions file"), text.is_text, text.captions)

# Every file without a zero byte passes for text, so the others are asked first.
TEXTS: Final = (TXT, CSV, VTT)
OTHERS: Final = (MP4, M4A, MP3, JPEG, PNG, GIF, WEBP, AVIF, PDF, DOCX, XLSX, ODT)
PACKED: Final = frozenset({DOCX, XLSX, ODT})


def recognised(file: File) -> list[Format]:
    """What the content may be; several only among texts, which their names tell apart."""
    recognised = [known for known in OTHERS if known.recognises(file)]
    return recognised or [known for known in TEXTS if known.recognises(file)]
