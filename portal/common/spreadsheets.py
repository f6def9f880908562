"""What a spreadsheet would run as a formula is made text."""

from typing import Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def escape_formula(text: str) -> str:
    """`text` with an apostrophe before it when a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
