"""Privacy metrics."""

from typing import Final

from portal.common.metrics import counter

CLEARED: Final = counter(
    "portal_retention_cleared_total", "Rows that the nightly clearing emptied or erased, by rule.", ["rule"]
)
