"""Small files of every format, made here."""

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject, TextStringObject


def box(name: bytes, content: bytes = b"") -> bytes:
    """One box of an ISO media file."""
    return (8 + len(content)).to_bytes(4) + name + content


def mp4(brand: bytes = b"isom", seconds: int = 3, *, inside: bytes = b"", behind: bytes = b"") -> bytes:
    """Head, an index that gives the length, no frames; `inside` the index and `behind` it are boxes."""
    header = bytes(12) + (1000).to_bytes(4) + (seconds * 1000).to_bytes(4) + bytes(80)
    index = box(b"moov", box(b"mvhd", header) + inside)
    return box(b"ftyp", brand + bytes(4) + brand) + index + behind + box(b"mdat", bytes(64))


def track(handler: bytes) -> bytes:
    """A track of the kind that its handler says."""
    return box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + handler + bytes(12))))


PLACE = b"+51.4545-002.5879/"


def place_boxes() -> bytes:
    """What an iPhone and an Android telephone write of a video's place."""
    return box(b"udta", box(b"\xa9xyz", b"\x00\x12\x15\xc7" + PLACE)) + box(b"meta", bytes(4) + PLACE)


def mp3(frames: int = 40) -> bytes:
    """MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes and 26 ms a frame."""
    return (b"\xff\xfb\x90\x00" + bytes(413)) * frames


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 36), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "purple").save(out, kind, **options)
    return out.getvalue()


def exif_with_place(orientation: int = 1) -> Image.Exif:
    """A camera, a position, and how the picture is to be turned."""
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    exif[0x0112] = orientation
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (51.0, 27.0, 16.2)
    return exif


XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><exif:GPSLatitude>51,27.27N</exif:GPSLatitude></x:xmpmeta>'


def photo_with_place(kind: str = "JPEG", orientation: int = 1, **options: Any) -> bytes:
    """A picture with a position in its EXIF."""
    return picture(kind, exif=exif_with_place(orientation), **options)


def animation(kind: str, **options: Any) -> bytes:
    """Three frames of different colours, a tenth of a second each."""
    frames = [Image.new("RGB", (64, 36), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100, loop=0, **options)
    return out.getvalue()


def giant_png(side: int = 20_000) -> bytes:
    """A few kilobytes that say they are 20,000 pixels wide and high."""
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    parts = (struct.pack(">I", len(c)) + n + c + struct.pack(">I", zlib.crc32(n + c)) for n, c in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def pdf(**parts: Any) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if "script" in parts:
        writer._root_object[NameObject("/OpenAction")] = writer._add_object(
            DictionaryObject(
                {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert('hello')")}
            )
        )
    if "attachment" in parts:
        writer.add_attachment("tool.exe", b"MZ")
    if "password" in parts:
        writer.encrypt("secret")
    if "author" in parts:
        writer.add_metadata({"/Author": "Nora Editor"})
        metadata = StreamObject()
        metadata.set_data(XMP)
        writer._root_object[NameObject("/Metadata")] = writer._add_object(metadata)
    if "photo" in parts:
        photo = StreamObject()
        photo._data = photo_with_place()
        photo.update({NameObject("/Subtype"): NameObject("/Image"), NameObject("/Filter"): NameObject("/DCTDecode")})
        writer._root_object[NameObject("/Photo")] = writer._add_object(photo)
    if "signed" in parts:
        writer._root_object[NameObject("/Signature")] = writer._add_object(
            DictionaryObject({NameObject("/Type"): NameObject("/Sig")})
        )
    if set(parts) <= {"photo"}:
        writer.metadata = None
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _packed(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _types(main: str) -> bytes:
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/main.xml" ContentType="{main}+xml"/></Types>'
    ).encode()


def docx(more: dict[str, bytes] | None = None, *, macros: bool = False) -> bytes:
    """A Word document with its author and a photo."""
    kind = (
        "vnd.ms-word.document.macroEnabled" if macros else "vnd.openxmlformats-officedocument.wordprocessingml.document"
    )
    return _packed(
        {
            "[Content_Types].xml": _types(f"application/{kind}.main"),
            "word/document.xml": b"<document>How to lift somebody</document>",
            "word/media/image1.jpeg": photo_with_place(),
            "docProps/core.xml": b"<coreProperties><creator>Nora Editor</creator></coreProperties>",
            **(more or {}),
        }
    )


def xlsx() -> bytes:
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main"
    return _packed({"[Content_Types].xml": _types(main), "xl/workbook.xml": b"<workbook/>"})


def odt(more: dict[str, bytes] | None = None) -> bytes:
    return _packed(
        {
            "mimetype": b"application/vnd.oasis.opendocument.text",
            "content.xml": b"<content/>",
            "meta.xml": b"<meta>Nora Editor</meta>",
            **(more or {}),
        }
    )


def relationship(kind: str, target: str) -> bytes:
    """One that leads out of the document."""
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" '
        f'Type="{_RELATIONSHIPS}/{kind}" Target="{target}" TargetMode="External"/></Relationships>'
    ).encode()


def bomb() -> bytes:
    """A Word document of 300 kB that unpacks to 300 MB."""
    return docx({"word/bomb.xml": bytes(300 * 1024 * 1024)})


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("page.html", "<script>")
    return out.getvalue()
