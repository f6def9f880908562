"""When something counts as unusual, and the defaults that the false-alarm figures are measured with."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

SENSITIVITY: Final = Decimal("3.5")  # Iglewicz and Hoaglin, "How to Detect and Handle Outliers", 1993
MINIMUM_VOLUME: Final = 10
LAG_SECONDS: Final = 30
SILENCE_BOOKINGS: Final = 12


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Days of `closed_days` are neither judged nor compared with."""

    sensitivity: float = float(SENSITIVITY)
    minimum_volume: int = MINIMUM_VOLUME
    lag_seconds: int = LAG_SECONDS
    silence_bookings: int = SILENCE_BOOKINGS
    closed_days: frozenset[date] = frozenset()
