"""Pictures: pixels that can be read and nothing else.

What is not needed to paint the picture is left out of the file: EXIF with its position, XMP, IPTC, comments,
thumbnails, second pictures, unknown parts, and whatever follows the end. Pixels, animation and colour profile stay
byte for byte, and of EXIF the orientation alone. Only AVIF, whose parts point into each other, is encoded again, and
only when it holds more than its pixels.
"""

import re
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Final

from django.core.files.base import File
from django.utils.translation import gettext as _
from PIL import Image, ImageSequence

from portal.uploads.content import replace_content
from portal.uploads.errors import DAMAGED, UploadRejected

MOST_PIXELS: Final = 60_000_000
MOST_PIXELS_OF_ALL_FRAMES: Final = 120_000_000
_MALFORMED: Final = (ValueError, LookupError, TypeError, EOFError, struct.error)
_ORIENTATION: Final = 0x0112
_UPRIGHT: Final = 1


def jpeg(file: File) -> bool:
    """A cleaned JPEG; whether that changed it. The others below are alike. Raise UploadRejected."""
    return _cleaned(file, "JPEG", _jpeg)


def png(file: File) -> bool:
    return _cleaned(file, "PNG", _png)


def gif(file: File) -> bool:
    return _cleaned(file, "GIF", _gif)


def webp(file: File) -> bool:
    return _cleaned(file, "WEBP", _webp)


def avif(file: File) -> bool:
    return _cleaned(file, "AVIF", _avif)


def _cleaned(file: File, name: str, clean: Callable[[bytes, int], bytes]) -> bool:
    file.seek(0)
    content = file.read()
    try:
        cleaned = clean(content, _orientation(content, name))
        _orientation(cleaned, name)
    except (*_MALFORMED, OSError, SyntaxError) as error:
        raise UploadRejected(DAMAGED) from error
    return replace_content(file, cleaned)


def _orientation(content: bytes, name: str) -> int:
    """How the picture is to be turned (1 to 8); its size is checked before any pixel is unpacked."""
    try:
        with warnings.catch_warnings(), Image.open(BytesIO(content), formats=(name, "MPO")) as image:
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            pixels = image.width * image.height
            if pixels > MOST_PIXELS or pixels * getattr(image, "n_frames", 1) > MOST_PIXELS_OF_ALL_FRAMES:
                raise UploadRejected(_too_many_pixels())
            orientation = image.getexif().get(_ORIENTATION, _UPRIGHT)
            image.load()
    except Image.DecompressionBombError as error:
        raise UploadRejected(_too_many_pixels()) from error
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else _UPRIGHT


def _too_many_pixels() -> str:
    return _("This picture is too big. Make it smaller: 4,000 pixels wide is plenty.")


def _exif(orientation: int) -> bytes:
    """TIFF with one entry. Source: Exif 2.32, 4.6.2."""
    return b"MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHIHHI", _ORIENTATION, 3, 1, orientation, 0, 0)


def bare_jpeg(content: bytes) -> bytes:
    """A JPEG without anything but its pixels and profile, not even its orientation; as it is when it is no JPEG."""
    try:
        return _jpeg(content, _UPRIGHT) if content.startswith(b"\xff\xd8\xff") else content
    except _MALFORMED:
        return content


def bare_picture(content: bytes) -> bytes:
    """A picture inside a document, with its orientation, without the rest; anything else as it is."""
    for head, name, clean in _INSIDE_DOCUMENTS:
        if content.startswith(head):
            try:
                return clean(content, _orientation(content, name))
            except (*_MALFORMED, OSError, SyntaxError):
                return content
    return content


# JPEG. Source: ITU-T T.81, annex B.
_SOI, _EOI, _SOS, _APP0, _COMMENT = 0xD8, 0xD9, 0xDA, 0xE0, 0xFE
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_AFTER_SCAN: Final = re.compile(rb"\xff(?=[^\x00\xd0-\xd7\xff])")
_JPEG_KEPT: Final = {0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}  # the profile, and how colours are to be read
_JFIF_BYTES: Final = 18


def _jpeg(content: bytes, orientation: int) -> bytes:
    heading, rest = [b"\xff\xd8"], []
    for marker, segment in _segments(content):
        if marker == _APP0:
            if segment[4:9] == b"JFIF\0":  # without its thumbnail
                heading = [b"\xff\xd8", b"\xff\xe0\0\x10" + segment[4 : _JFIF_BYTES - 2] + b"\0\0"]
        elif marker in _JPEG_KEPT:
            rest.append(segment if segment[4:].startswith(_JPEG_KEPT[marker]) else b"")
        elif not _APP0 < marker <= 0xEF and marker != _COMMENT:
            rest.append(segment)
    if orientation != _UPRIGHT:
        tiff = b"Exif\0\0" + _exif(orientation)
        heading.append(b"\xff\xe1" + struct.pack(">H", len(tiff) + 2) + tiff)
    return b"".join([*heading, *rest, b"\xff\xd9"])


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Up to the first picture's end; a scan has its pixels with it."""
    position = 2
    while position < len(content):
        while content[position : position + 2] == b"\xff\xff":
            position += 1
        marker = content[position + 1]
        if content[position] != 0xFF or marker in (0, _SOI):
            raise ValueError(position)
        if marker == _EOI:
            return
        end = position + 2
        if marker not in _ALONE:
            end += struct.unpack_from(">H", content, end)[0]
        if marker == _SOS:
            following = _AFTER_SCAN.search(content, end)
            end = following.start() if following else len(content)
        yield marker, content[position:end]
        position = end


# PNG. Source: W3C PNG, third edition, 11.
_PNG_KEPT: Final = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL fcTL fdAT".split()
)


def _png(content: bytes, orientation: int) -> bytes:
    chunks, position = [content[:8]], 8
    while position < len(content):
        length, name = struct.unpack_from(">I4s", content, position)
        end = position + 12 + length
        if name in _PNG_KEPT:
            chunks.append(content[position:end])
        if name == b"IHDR" and orientation != _UPRIGHT:
            tiff = b"eXIf" + _exif(orientation)
            chunks.append(struct.pack(">I", len(tiff) - 4) + tiff + struct.pack(">I", zlib.crc32(tiff)))
        if name == b"IEND":
            break
        position = end
    return b"".join(chunks)


# GIF. Source: CompuServe GIF89a.
_GIF_IMAGE, _GIF_EXTENSION, _GIF_END = 0x2C, 0x21, 0x3B
_GIF_CONTROL, _GIF_APPLICATION = 0xF9, 0xFF
_GIF_APPLICATIONS: Final = (b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012")  # repetition, and the colour profile


def _gif(content: bytes, orientation: int) -> bytes:
    position = 13 + _colours(content[10])
    chunks = [content[:position]]
    while (block := content[position]) != _GIF_END:
        start = position
        if block == _GIF_IMAGE:
            position = _after_blocks(content, position + 11 + _colours(content[position + 9]))
            chunks.append(content[start:position])
        elif block == _GIF_EXTENSION:
            label, position = content[position + 1], _after_blocks(content, position + 2)
            application = content[start + 3 : start + 14]
            if label == _GIF_CONTROL or (label == _GIF_APPLICATION and application in _GIF_APPLICATIONS):
                chunks.append(content[start:position])
        else:
            raise ValueError(block)
    return b"".join([*chunks, b"\x3b"])


def _colours(flags: int) -> int:
    """Bytes of the colour table that the flags announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(content: bytes, position: int) -> int:
    while content[position]:
        position += content[position] + 1
    return position + 1


# WebP. Source: RFC 9649, 2.
_WEBP_KEPT: Final = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_WEBP_EXIF, _WEBP_XMP = 0x08, 0x04
_FRAME_HEADER: Final = 16


def _webp(content: bytes, orientation: int) -> bytes:
    end = 8 + struct.unpack_from("<I", content, 4)[0]
    chunks = [_webp_chunk(name, chunk, orientation) for name, chunk in _chunks(content[:end], 12)]
    body = b"WEBP" + b"".join(chunks)
    if orientation != _UPRIGHT:
        body += _riff(b"EXIF", _exif(orientation))
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _webp_chunk(name: bytes, chunk: bytes, orientation: int) -> bytes:
    if name not in _WEBP_KEPT:
        return b""
    if name == b"VP8X":
        flags = chunk[0] & ~(_WEBP_EXIF | _WEBP_XMP) | (_WEBP_EXIF if orientation != _UPRIGHT else 0)
        return _riff(name, bytes([flags]) + chunk[1:])
    if name == b"ANMF":
        inner = (_webp_chunk(inner, part, orientation) for inner, part in _chunks(chunk, _FRAME_HEADER))
        return _riff(name, chunk[:_FRAME_HEADER] + b"".join(inner))
    return _riff(name, chunk)


def _chunks(content: bytes, position: int) -> Iterator[tuple[bytes, bytes]]:
    while position < len(content):
        name, length = struct.unpack_from("<4sI", content, position)
        start = position + 8
        if start + length > len(content):
            raise ValueError(position)
        yield name, content[start : start + length]
        position = start + length + length % 2


def _riff(name: bytes, content: bytes) -> bytes:
    return struct.pack("<4sI", name, len(content)) + content + b"\0" * (len(content) % 2)


# AVIF. Source: AV1 Image File Format 1.1; ISO/IEC 23008-12, 6.5 and annex A.
_AVIF_BOXES: Final = frozenset({b"ftyp", b"meta", b"mdat", b"moov"})
_AVIF_QUALITY: Final = 90


def _avif(content: bytes, orientation: int) -> bytes:
    return _encoded_again(content, orientation) if _holds_more_than_pixels(content) else content


def _holds_more_than_pixels(content: bytes) -> bool:
    position = 0
    while position < len(content):
        length, name = struct.unpack_from(">I4s", content, position)
        box = content[position : position + length]
        if length < 8 or len(box) < length or name not in _AVIF_BOXES:
            return True
        if name == b"meta" and re.search(rb"infe.{8}(?:Exif|mime|uri )", box, re.DOTALL):
            return True
        if name == b"moov" and (b"udta" in box or b"uuid" in box or b"meta" in box):
            return True
        position += length
    return False


def _encoded_again(content: bytes, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    out = BytesIO()
    with Image.open(BytesIO(content), formats=("AVIF",)) as image:
        durations = []
        for frame in ImageSequence.Iterator(image):
            frame.load()
            durations.append(frame.info["duration"])
        image.seek(0)
        image.save(
            out,
            "AVIF",
            quality=_AVIF_QUALITY,
            save_all=len(durations) > 1,
            duration=durations if len(durations) > 1 else 0,
            icc_profile=image.info.get("icc_profile"),
            exif=exif,
        )
    return out.getvalue()


_INSIDE_DOCUMENTS: Final = (
    (b"\xff\xd8\xff", "JPEG", _jpeg),
    (b"\x89PNG\r\n\x1a\n", "PNG", _png),
    (b"GIF8", "GIF", _gif),
)
