"""The document on reconciliation says what to do about every kind of discrepancy, and names none that is not."""

import re
from pathlib import Path

from payments.enums import DiscrepancyKind

DOCUMENT = Path(__file__).parents[2] / "docs" / "operations" / "reconciliation.md"


def test_every_kind_has_its_row() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", DOCUMENT.read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(DiscrepancyKind.values)
