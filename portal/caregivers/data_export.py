"""The copy of their data that a person takes away."""

import json
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.template.loader import render_to_string

from portal.common import clock


def as_zip(data: dict[str, Any]) -> bytes:
    """A ZIP with `data.json` (for programs) and `your-data.html` (to read)."""
    page = render_to_string("caregivers/data_export.html", {"lines": lines(data), "made": clock.now()})
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(data, indent=2, ensure_ascii=False))
        archive.writestr("your-data.html", page)
    return buffer.getvalue()


def lines(data: Any, path: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """(where, what), one for each value: ("Bookings 1, notes", "She likes tea")."""
    if isinstance(data, dict):
        return [line for key, value in data.items() for line in lines(value, (*path, str(key).replace("_", " ")))]
    if isinstance(data, list):
        return [line for number, value in enumerate(data, 1) for line in lines(value, (*path, str(number)))]
    return [(", ".join(path).capitalize(), str(data))]
