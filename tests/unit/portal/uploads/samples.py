"""Small files of every format, made here."""

import io
import zipfile

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject


def box(name: bytes, content: bytes = b"") -> bytes:
    """One box of an ISO media file."""
    return (8 + len(content)).to_bytes(4) + name + content


def mp4(brand: bytes = b"isom", seconds: int = 3) -> bytes:
    """Head, an index that gives the length, no frames."""
    header = bytes(12) + (1000).to_bytes(4) + (seconds * 1000).to_bytes(4) + bytes(80)
    return box(b"ftyp", brand + bytes(4) + brand) + box(b"moov", box(b"mvhd", header)) + box(b"mdat", bytes(64))


def mp3(frames: int = 40) -> bytes:
    """MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes and 26 ms a frame."""
    return (b"\xff\xfb\x90\x00" + bytes(413)) * frames


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 36), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "purple").save(out, kind, **options)
    return out.getvalue()


def photo_with_place() -> bytes:
    """A JPEG with a position in its EXIF."""
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    exif.get_ifd(0x8825)[1] = "N"
    return picture(exif=exif)


def pdf(**parts: object) -> bytes:
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
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("page.html", "<script>")
    return out.getvalue()
