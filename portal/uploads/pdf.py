"""PDF documents that open without a password, neither run nor carry anything, and do not say who made them."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

import pypdf
from django.core.files.base import File
from django.utils.translation import gettext as _
from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject, StreamObject

from portal.uploads.content import replace_content
from portal.uploads.errors import DAMAGED, UploadRejected
from portal.uploads.pictures import bare_jpeg

_TELLS: Final = ("/Metadata", "/PieceInfo", "/Thumb", "/LastModified")
_UNREADABLE: Final = (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError)


def pdf(file: File) -> bool:
    """A cleaned PDF; whether that changed it. Raises UploadRejected."""
    file.seek(0)
    try:
        reader = pypdf.PdfReader(BytesIO(file.read()))
        _refuse_dangerous(reader)
        cleaned = _without_metadata(reader)
    except _UNREADABLE as error:
        raise UploadRejected(DAMAGED) from error
    return bool(cleaned) and replace_content(file, cleaned)


def _refuse_dangerous(reader: pypdf.PdfReader) -> None:
    if reader.is_encrypted:
        raise UploadRejected(_("This document has a password. Save it without one."))
    if _has_active_parts(reader):
        raise UploadRejected(_("This document contains a program or another file. Print it to PDF again."))
    if not len(reader.pages):
        raise UploadRejected(DAMAGED)


def _has_active_parts(reader: pypdf.PdfReader) -> bool:
    """Scripts, launches and attachments, wherever an object of the file names them. Source: ISO 32000-2, 12.6."""
    root = _dictionary(reader.trailer.get("/Root"))
    names = _dictionary(root.get("/Names"))
    if "/JavaScript" in names or "/EmbeddedFiles" in names or "/AA" in root:
        return True
    return any(_is_active(item) for item in _objects(reader))


def _is_active(item: DictionaryObject) -> bool:
    return item.get("/S") in ("/JavaScript", "/Launch", "/ImportData") or "/JS" in item or "/EF" in item


def _objects(reader: pypdf.PdfReader) -> Iterator[DictionaryObject]:
    numbers = {number for numbers in reader.xref.values() for number in numbers} | set(reader.xref_objStm)
    for number in sorted(numbers):
        item = reader.get_object(number)
        if isinstance(item, DictionaryObject):
            yield item


def _without_metadata(reader: pypdf.PdfReader) -> bytes:
    """The document without author, program, history and what its photos tell; empty when it holds none of it."""
    objects = list(_objects(reader))
    if not reader.trailer.get("/Info") and not any(_tells(each) for each in objects):
        return b""
    if any(each.get("/Type") == "/Sig" or "/ByteRange" in each for each in objects):
        raise UploadRejected(
            _("This document is signed, and removing its details would break the signature. Print it to PDF again.")
        )
    for each in objects:
        _clean(each)
    writer = pypdf.PdfWriter(clone_from=reader)  # takes along what can still be reached
    writer.metadata = None
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _tells(item: DictionaryObject) -> bool:
    return any(name in item for name in _TELLS) or _cleaned_photo(item) is not None


def _clean(item: DictionaryObject) -> None:
    for name in _TELLS:
        item.pop(name, None)
    photo = _cleaned_photo(item)
    if photo is not None and isinstance(item, StreamObject):
        item._data = photo


def _cleaned_photo(item: DictionaryObject) -> bytes | None:
    """What a JPEG in the document becomes; None when it stays or is none."""
    if not isinstance(item, StreamObject) or item.get("/Filter") not in ("/DCTDecode", ["/DCTDecode"]):
        return None
    cleaned = bare_jpeg(item._data)
    return cleaned if cleaned != item._data else None


def _dictionary(item: Any) -> DictionaryObject:
    """Behind a reference or not; empty when there is none. Raises TypeError when it is something else."""
    resolved = item.get_object() if item is not None else DictionaryObject()
    if not isinstance(resolved, DictionaryObject):
        raise TypeError(type(resolved))
    return resolved
