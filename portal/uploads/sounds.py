"""Videos and recordings: frames and their index, without where, when, by whom and with what they were made."""

import math
from typing import BinaryIO, Final, cast

from django.core.files.base import File
from django.utils.translation import gettext as _
from tinytag import TinyTag, TinyTagException

from portal.uploads.content import blank, cut
from portal.uploads.errors import DAMAGED, UploadRejected

_MOST_BOXES: Final = 10_000
_HOLDS_BOXES: Final = frozenset({b"moov", b"trak", b"mdia", b"moof", b"traf"})
_LEFT_OUT: Final = frozenset({b"udta", b"meta", b"uuid", b"free", b"skip", b"wide"})
# Pictures, sound, captions and time codes; every other track tells about the recording, as a camera's positions do.
_TRACKS: Final = frozenset({b"vide", b"soun", b"text", b"sbtl", b"subt", b"clcp", b"tmcd", b"hint", b"odsm", b"sdsm"})


def mp4(file: File) -> bool:
    """ISO base media: boxes from the first byte to the last, nothing before, between or after them. What tells about
    the recording becomes free space, so that no offset moves. Whether anything did. Raises UploadRejected."""
    boxes: set[bytes] = set()
    changed = _clean_boxes(file, 0, file.size, boxes)
    if b"moov" not in boxes:
        raise UploadRejected(DAMAGED)
    return changed


def _clean_boxes(file: File, position: int, end: int, boxes: set[bytes]) -> bool:
    """Source: ISO/IEC 14496-12, 4.2, 8.4.3 and 8.10."""
    changed, first = False, position
    for _count in range(_MOST_BOXES):
        if position >= end:
            break
        header, length, name = _box(file, position, end)
        if first == 0 == position and name != b"ftyp":
            raise UploadRejected(DAMAGED)
        boxes.add(name)
        start, after = position + header, position + length
        if name in _HOLDS_BOXES:
            changed |= _clean_boxes(file, start, after, boxes)
        elif name in _LEFT_OUT:
            changed |= _free(file, position, start, after, name)
        elif name == b"hdlr":
            _refuse_unknown_track(file, start)
        position = after
    if position != end:
        raise UploadRejected(DAMAGED)
    return changed


def _box(file: File, position: int, end: int) -> tuple[int, int, bytes]:
    """Bytes of the header, bytes in all and name of the box at `position`."""
    file.seek(position)
    head = file.read(16)
    length, header = int.from_bytes(head[:4]), 8
    if length == 1:
        length, header = int.from_bytes(head[8:16]), 16
    elif length == 0:
        length = end - position
    if len(head) < 8 or not header <= length <= end - position or not head[4:8].isascii():
        raise UploadRejected(DAMAGED)
    return header, length, head[4:8]


def _free(file: File, position: int, start: int, after: int, name: bytes) -> bool:
    changed = blank(file, start, after)
    if name in (b"free", b"skip", b"wide"):
        return changed
    file.seek(position + 4)
    file.write(b"free")
    return True


def _refuse_unknown_track(file: File, start: int) -> None:
    file.seek(start + 8)
    if file.read(4) not in _TRACKS:
        raise UploadRejected(_("This video may say where it was filmed. Export it again with only picture and sound."))


def mp3(file: File) -> bool:
    """MPEG audio without its tags. Whether there were any. Raises UploadRejected."""
    changed = _cut_tail(file)
    file.seek(0)
    head = file.read(10)
    if head[:3] != b"ID3":
        return changed
    size = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
    if 10 + size > file.size:
        raise UploadRejected(DAMAGED)
    file.seek(5)
    file.write(b"\0")  # neither compressed nor with a footer: the tag is nothing but padding
    return blank(file, 10, 10 + size) or bool(head[5]) or changed


def _cut_tail(file: File) -> bool:
    """ID3v1 has 128 bytes at the end, APEv2 says its length in a footer. Source: id3.org, wiki.hydrogenaud.io."""
    former = file.size
    while True:
        file.seek(max(file.size - 128, 0))
        tail = file.read()
        footer = tail[-32:]
        if len(tail) == 128 and tail.startswith(b"TAG"):
            cut(file, file.size - 128)
        elif footer.startswith(b"APETAGEX"):
            length = int.from_bytes(footer[12:16], "little") + (32 if footer[23] & 0x80 else 0)
            if not 32 <= length < file.size:
                raise UploadRejected(DAMAGED)
            cut(file, file.size - length)
        else:
            return bool(file.size != former)


def seconds(file: File) -> int:
    """Whole seconds. Raises UploadRejected when there are none."""
    file.seek(0)
    try:
        duration = TinyTag.get(filename=file.name, file_obj=cast(BinaryIO, file), tags=False).duration
    except TinyTagException as error:
        raise UploadRejected(DAMAGED) from error
    if not duration:
        raise UploadRejected(DAMAGED)
    return math.ceil(duration)
