"""What is inside each format. Every function raises Refused; those of films and recordings return whole seconds."""

import math
from io import BytesIO
from typing import Any, BinaryIO, Final, cast

import pypdf
from django.core.files.base import ContentFile, File
from PIL import Image, ImageOps
from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject
from tinytag import TinyTag, TinyTagException

from portal.uploads.refused import Refused

DAMAGED: Final = "The file is damaged or not complete. Save it again from the program it was made with."
WIDEST: Final = 1600  # pixels of a kept picture: sharp on the widest page
_MOST_PIXELS: Final = 60_000_000
_PILLOW: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_MOST_BOXES: Final = 10_000


def mp4(file: File) -> int | None:
    """ISO base media: boxes from the first byte to the last, nothing before, between or after them."""
    position, size, boxes = 0, file.size, set()
    for _ in range(_MOST_BOXES):
        if position == size:
            break
        length, name = _box(file, position, size)
        if position == 0 and name != b"ftyp":
            raise Refused(DAMAGED)
        boxes.add(name)
        position += length
    if position != size or b"moov" not in boxes:
        raise Refused(DAMAGED)
    return _seconds(file)


def _box(file: File, position: int, size: int) -> tuple[int, bytes]:
    """Length and name of the box at `position`. Source: ISO/IEC 14496-12, 4.2."""
    file.seek(position)
    head = file.read(16)
    length, header = int.from_bytes(head[:4]), 8
    if length == 1:
        length, header = int.from_bytes(head[8:16]), 16
    elif length == 0:
        length = size - position
    if len(head) < 8 or not header <= length <= size - position or not head[4:8].isascii():
        raise Refused(DAMAGED)
    return length, head[4:8]


def mp3(file: File) -> int | None:
    """MPEG audio whose frames tinytag can count."""
    return _seconds(file)


def _seconds(file: File) -> int | None:
    file.seek(0)
    try:
        duration = TinyTag.get(filename=file.name, file_obj=cast(BinaryIO, file), tags=False).duration
    except TinyTagException as error:
        raise Refused(DAMAGED) from error
    if not duration:
        raise Refused(DAMAGED)
    return math.ceil(duration)


def picture(file: File) -> None:
    """Pixels that can be read, and not too many of them."""
    try:
        with Image.open(file) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise Refused("The picture has too many pixels. Make it smaller: 4000 pixels wide is plenty.")
            image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Refused(DAMAGED) from error


def repainted(file: File, content_type: str) -> ContentFile:
    """The pixels alone, upright, at most WIDEST wide: no place or device, nothing hidden behind them."""
    file.seek(0)
    with Image.open(file) as source:
        image = ImageOps.exif_transpose(source)
        image.thumbnail((WIDEST, WIDEST * 4))
        clean = Image.new(image.mode, image.size) if image.mode != "P" else image.convert("RGBA")
        if image.mode != "P":
            clean.paste(image)
        out = BytesIO()
        clean.save(out, _PILLOW[content_type], quality=88)
    return ContentFile(out.getvalue(), name=file.name)


def pdf(file: File) -> None:
    """A PDF that opens without a password and neither runs nor carries anything."""
    file.seek(0)
    if not file.read(5) == b"%PDF-":
        raise Refused(DAMAGED)
    file.seek(0)
    try:
        reader = pypdf.PdfReader(file)
        if reader.is_encrypted:
            raise Refused("The document needs a password. Save it without one.")
        active = _active_parts(reader)
        pages = len(reader.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as error:
        raise Refused(DAMAGED) from error
    if active:
        raise Refused("The document runs a program or carries another file when opened. Print it to PDF again.")
    if not pages:
        raise Refused(DAMAGED)


def _active_parts(reader: pypdf.PdfReader) -> bool:
    """Scripts, launches and attachments, wherever an object of the file names them. Source: ISO 32000-2, 12.6."""
    root = _dictionary(reader.trailer.get("/Root"))
    names = _dictionary(root.get("/Names"))
    if "/JavaScript" in names or "/EmbeddedFiles" in names or "/AA" in root:
        return True
    return any(_is_active(reader, number) for numbers in reader.xref.values() for number in numbers) or any(
        _is_active(reader, number) for number in reader.xref_objStm
    )


def _is_active(reader: pypdf.PdfReader, number: int) -> bool:
    found = reader.get_object(number)
    if not isinstance(found, DictionaryObject):
        return False
    return found.get("/S") in ("/JavaScript", "/Launch", "/ImportData") or "/JS" in found or "/EF" in found


def _dictionary(found: Any) -> DictionaryObject:
    """Behind a reference or not; empty when there is none. Raises TypeError when it is something else."""
    resolved = found.get_object() if found is not None else DictionaryObject()
    if not isinstance(resolved, DictionaryObject):
        raise TypeError(type(resolved))
    return resolved
