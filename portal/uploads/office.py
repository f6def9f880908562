"""Word, Excel and OpenDocument files: archives of XML and pictures, written anew without macros and metadata.

The archive is always packed again, so nothing hides before, between or behind its members, and a second time gives
the same bytes. Names in comments and tracked changes are the author's text and stay.
"""

import re
import zipfile
import zlib
from io import BytesIO
from pathlib import PurePosixPath
from typing import Final
from xml.etree.ElementTree import ParseError  # nosec B405 # the exception alone; defusedxml parses

from defusedxml.ElementTree import fromstring
from django.core.files.base import File
from django.utils.translation import gettext as _

from portal.uploads.content import replace_content
from portal.uploads.errors import DAMAGED, UploadRejected
from portal.uploads.pictures import bare_picture

_MOST_MEMBERS: Final = 5_000
_MOST_BYTES: Final = 200 * 1024 * 1024
_ENCRYPTED: Final = 0x1
_TYPES: Final = "[Content_Types].xml"
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
_UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    KeyError,
    ValueError,  # DefusedXmlException too
    RuntimeError,  # NotImplementedError too
    ParseError,
)
_MACROS: Final = re.compile(
    r"(^|/)(vbaproject[^/]*|vbadata\.xml)$|(^|/)(activex|macrosheets|dialogsheets|embeddings)/|^(basic|scripts)/|\.(exe|dll|js|vbs|bat)$",
    re.IGNORECASE,
)
_EMPTY: Final = {
    "docProps/core.xml": b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    b'core-properties"/>',
    "docProps/app.xml": b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    b'extended-properties"/>',
    "docProps/custom.xml": b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    b'custom-properties"/>',
    "meta.xml": b'<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    b'office:version="1.3"><office:meta/></office:document-meta>',
}


def is_docx(file: File) -> bool:
    return "wordprocessingml." in _content_types(file) or "ms-word." in _content_types(file)


def is_xlsx(file: File) -> bool:
    return "spreadsheetml." in _content_types(file) or "ms-excel." in _content_types(file)


def is_odt(file: File) -> bool:
    return _member(file, "mimetype") == b"application/vnd.oasis.opendocument.text"


def office(file: File) -> bool:
    """A cleaned document; whether that changed it. Raises UploadRejected."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            _refuse_bomb(members)
            _refuse_active(archive, members)
            packed = _packed(archive, members)
    except _UNREADABLE as error:
        raise UploadRejected(DAMAGED) from error
    return replace_content(file, packed)


def _refuse_bomb(members: list[zipfile.ZipInfo]) -> None:
    """By what the members say of their size; reading one ends there, whatever follows."""
    names = [member.filename for member in members]
    if len(names) > _MOST_MEMBERS or sum(member.file_size for member in members) > _MOST_BYTES:
        raise UploadRejected(_("This document is too big once it’s unpacked. Make it smaller."))
    if len(set(names)) < len(names) or any(PurePosixPath(name).is_absolute() or ".." in name for name in names):
        raise UploadRejected(DAMAGED)
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise UploadRejected(_("This document has a password. Save it without one."))


def _refuse_active(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    names = [member.filename for member in members]
    macros = any(_MACROS.search(name) for name in names)
    if macros or (_TYPES in names and "macroenabled" in _attributes(archive.read(_TYPES)).lower()):
        raise UploadRejected(_("This document contains macros or another file. Save it as PDF and try again."))
    if any(_loads_from_elsewhere(archive.read(name)) for name in names if name.endswith(".rels")):
        raise UploadRejected(
            _("This document loads something from another website when it’s opened. Save it as PDF and try again.")
        )


def _loads_from_elsewhere(relationships: bytes) -> bool:
    """A link is followed by the reader, every other outside target by the program. Source: ECMA-376-2, 8.3."""
    return any(
        each.get("TargetMode") == "External" and not str(each.get("Type")).endswith("/hyperlink")
        for each in fromstring(relationships)
    )


def _packed(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for member in members:
            if member.is_dir():
                continue
            stored = member.filename == "mimetype"  # OpenDocument wants it readable in place
            header = zipfile.ZipInfo(member.filename, _EARLIEST)
            header.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            packed.writestr(header, _cleaned(member.filename, archive.read(member)))
    return out.getvalue()


def _cleaned(name: str, content: bytes) -> bytes:
    return _EMPTY.get(name) or bare_picture(content)


def _content_types(file: File) -> str:
    content = _member(file, _TYPES)
    try:
        return _attributes(content) if content else ""
    except _UNREADABLE:
        return ""


def _member(file: File, name: str) -> bytes:
    """Empty when the file is no archive or has no such member."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            _refuse_bomb(archive.infolist())
            return archive.read(name)
    except _UNREADABLE:
        return b""


def _attributes(xml: bytes) -> str:
    return " ".join(value for each in fromstring(xml) for value in each.attrib.values())
