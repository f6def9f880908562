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
from portal.uploads.errors import DAMAGED, Refused
from portal.uploads.pictures import bare_jpeg

_TELLS: Final = ("/Metadata", "/PieceInfo", "/Thumb", "/LastModified")
_UNREADABLE: Final = (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError)


def pdf(file: File) -> bool:
    """A cleaned PDF; whether that changed it. Raises Refused."""
    file.seek(0)
    try:
        reader = pypdf.PdfReader(BytesIO(file.read()))
        _refuse_dangerous(reader)
        kept = _without_metadata(reader)
    except _UNREADABLE as error:
        raise Refused(DAMAGED) from error
    return bool(kept) and replace_content(file, kept)


def _refuse_dangerous(reader: pypdf.PdfReader) -> None:
    if reader.is_encrypted:
        raise Refused(_("The document needs a password. Save it without one."))
    if _has_active_parts(reader):
        raise Refused(_("The document runs a program or carries another file when opened. Print it to PDF again."))
    if not len(reader.pages):
        raise Refused(DAMAGED)


def _has_active_parts(reader: pypdf.PdfReader) -> bool:
    """Scripts, launches and attachments, wherever an object of the file names them. Source: ISO 32000-2, 12.6."""
    root = _dictionary(reader.trailer.get("/Root"))
    names = _dictionary(root.get("/Names"))
    if "/JavaScript" in names or "/EmbeddedFiles" in names or "/AA" in root:
        return True
    return any(_is_active(found) for found in _objects(reader))


def _is_active(found: DictionaryObject) -> bool:
    return found.get("/S") in ("/JavaScript", "/Launch", "/ImportData") or "/JS" in found or "/EF" in found


def _objects(reader: pypdf.PdfReader) -> Iterator[DictionaryObject]:
    numbers = {number for numbers in reader.xref.values() for number in numbers} | set(reader.xref_objStm)
    for number in sorted(numbers):
        found = reader.get_object(number)
        if isinstance(found, DictionaryObject):
            yield found


def _without_metadata(reader: pypdf.PdfReader) -> bytes:
    """The document without author, program, history and what its photos tell; empty when it holds none of it."""
    found = list(_objects(reader))
    if not reader.trailer.get("/Info") and not any(_tells(each) for each in found):
        return b""
    if any(each.get("/Type") == "/Sig" or "/ByteRange" in each for each in found):
        raise Refused(
            _("The document is signed, and leaving out who made it would break the signature. Print it to PDF again.")
        )
    for each in found:
        _clean(each)
    writer = pypdf.PdfWriter(clone_from=reader)  # takes along what can still be reached
    writer.metadata = None
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _tells(found: DictionaryObject) -> bool:
    return any(name in found for name in _TELLS) or _cleaned_photo(found) is not None


def _clean(found: DictionaryObject) -> None:
    for name in _TELLS:
        found.pop(name, None)
    photo = _cleaned_photo(found)
    if photo is not None and isinstance(found, StreamObject):
        found._data = photo


def _cleaned_photo(found: DictionaryObject) -> bytes | None:
    """What a JPEG in the document becomes; None when it stays or is none."""
    if not isinstance(found, StreamObject) or found.get("/Filter") not in ("/DCTDecode", ["/DCTDecode"]):
        return None
    cleaned = bare_jpeg(found._data)
    return cleaned if cleaned != found._data else None


def _dictionary(found: Any) -> DictionaryObject:
    """Behind a reference or not; empty when there is none. Raises TypeError when it is something else."""
    resolved = found.get_object() if found is not None else DictionaryObject()
    if not isinstance(resolved, DictionaryObject):
        raise TypeError(type(resolved))
    return resolved
