"""What a spreadsheet would run as a formula is text in every file that the admin gives out, Wagtail's own included."""

from typing import Any, Final
from unicodedata import normalize

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from wagtail.admin.views.mixins import SpreadsheetExportMixin

FORMULA: Final = ("=", "+", "-", "@")
CONTROL: Final = ("\t", "\r", "\n")
UNSEEN: Final = " \t\r\n\N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}"


def escape_formula(text: str) -> str:
    """`text` with an apostrophe before it when a spreadsheet would take it for a formula.

    A spreadsheet looks past spaces, and takes the full-width signs of East Asian keyboards for the plain ones.
    """
    first = normalize("NFKC", text.lstrip(UNSEEN)[:1])
    return f"'{text}" if text.startswith(CONTROL) or first in FORMULA else text


def cell_text(text: str) -> str:
    """`text` as a cell may hold it: no formula, and none of the characters that Excel's format cannot hold."""
    return escape_formula(ILLEGAL_CHARACTERS_RE.sub("", text))


def guard_wagtails_exports() -> None:
    """Each listing and report of Wagtail passes its cells through `cell_text`; it has no setting for that."""
    value_of = SpreadsheetExportMixin.preprocess_field_value

    def preprocess_field_value(self: SpreadsheetExportMixin, field: str, value: Any, export_format: str) -> Any:
        shown = value_of(self, field, value, export_format)
        return cell_text(str(shown)) if isinstance(shown, str) else shown

    SpreadsheetExportMixin.preprocess_field_value = preprocess_field_value
