"""Files sent in byte ranges, so that a player can jump. Source: RFC 9110, 14."""

import re
from collections.abc import Iterator
from typing import Final

from django.core.files.base import File
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

_RANGE: Final = re.compile(r"bytes=(?:(\d+)-(\d*)|-(\d+))", re.ASCII)
_CHUNK: Final = 64 * 1024


class Unsatisfiable(Exception):
    """The range begins behind the end."""


def wanted_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte asked for; None for the whole: no header, several ranges, or one nobody understands.

    Raises Unsatisfiable.
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        if not _number(suffix) or not size:
            raise Unsatisfiable
        return max(size - _number(suffix), 0), size - 1
    begin, end = _number(first), _number(last) if last else size - 1
    if last and end < begin:
        return None
    if begin >= size:
        raise Unsatisfiable
    return begin, min(end, size - 1)


def _number(digits: str) -> int:
    """Python reads no more than 4300 digits; a number of 19 is beyond every file, and cut to that it still is."""
    return int(digits.lstrip("0")[:19] or "0")


def ranged_response(file: File, *, content_type: str, range_header: str) -> HttpResponseBase:
    """200 with the whole file, 206 with the part asked for, or 416. The response closes `file`."""
    size = file.size
    try:
        part = wanted_range(range_header, size)
    except Unsatisfiable:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})
    first, last = part or (0, size - 1)
    response = StreamingHttpResponse(
        _read(file, first, last - first + 1), status=206 if part else 200, content_type=content_type
    )
    response["Content-Length"] = str(last - first + 1)
    response["Accept-Ranges"] = "bytes"
    if part:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response


def _read(file: File, first: int, length: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        while length > 0 and (chunk := file.read(min(_CHUNK, length))):
            length -= len(chunk)
            yield chunk
