"""The copy of their data that a person takes away."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.common import clock, when
from portal.common.money import formatted

HEADINGS: Final[dict[str, Promise]] = {
    "accounts": gettext_lazy("Your account"),
    "caregivers": gettext_lazy("Your phone number and the people you care for"),
    "bookings": gettext_lazy("Your bookings"),
    "payments": gettext_lazy("Your payments"),
    "notifications": gettext_lazy("Emails we sent you"),
    "activity": gettext_lazy("Visits you let us link"),
    "audit": gettext_lazy("What was done with your account"),
    "security": gettext_lazy("Your sign-ins"),
    "home": gettext_lazy("What our team changed for you"),
}
MONEY: Final = frozenset({"price", "deposit", "amount", "captured", "refunded", "gross", "net", "vat"})
ISO: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of data; each of its `entries` is a list of lines (what, value)."""

    heading: str
    entries: list[list[tuple[str, str]]]


def as_zip(data: dict[str, Any]) -> bytes:
    """A ZIP with `data.json` (for programs) and `your-data.html` (to read)."""
    page = render_to_string("caregivers/data_export.html", {"sections": sections(data), "made": clock.now()})
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(data, indent=2, ensure_ascii=False))
        archive.writestr("your-data.html", page)
    return buffer.getvalue()


def sections(data: dict[str, Any]) -> list[Section]:
    """For people: by kind, with dates, amounts and yes or no as they are said; what is empty is left out."""
    return [Section(_heading(key), _entries(value)) for key, value in data.items()]


def _heading(key: str) -> str:
    return str(HEADINGS.get(key) or _words(key))


def _words(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _entries(value: Any) -> list[list[tuple[str, str]]]:
    rows = value if isinstance(value, list) else [value]
    return [lines for row in rows if (lines := _lines(row, "", ""))]


def _lines(value: Any, label: str, currency: str) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        currency = str(value.get("currency", currency))
        return [line for key, part in value.items() for line in _lines(part, _joined(label, str(key)), currency)]
    if isinstance(value, list):
        numbered = [(f"{label} {number}".strip(), part) for number, part in enumerate(value, 1)]
        return [line for name, part in numbered for line in _lines(part, name, currency)]
    return [(label, _said(value, label, currency))] if value not in ("", None) else []


def _joined(label: str, key: str) -> str:
    return f"{label}, {_words(key).lower()}" if label else _words(key)


def _said(value: Any, label: str, currency: str) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int) and currency and label.rpartition(", ")[2].lower() in MONEY:
        return formatted(value, currency)
    if isinstance(value, str) and ISO.match(value):
        return _moment(value)
    return str(value)


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:  # something a person typed
        return text
    return when.moment(moment.astimezone(ZoneInfo(settings.REPORTING_TIME_ZONE))) if moment.tzinfo else text
