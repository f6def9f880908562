"""How much is measured: enough for a figure to stand, or only enough to see that nothing is badly wrong."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Size:
    """`events` and `events_stock` a round; `seconds` of a timed round; `pairs` of timed rounds; rows to make."""

    rounds: int
    events: int
    events_stock: int
    seconds: int
    pairs: int
    local_intents: int
    looped_rows: int
    remote_intents: int
    bookings: int


FULL: Final = Size(
    rounds=5, events=4000, events_stock=500, seconds=5, pairs=7,
    local_intents=1_000_000, looped_rows=20_000, remote_intents=100_000,
    bookings=5_000_000,
)  # fmt: skip
QUICK: Final = Size(
    rounds=1, events=600, events_stock=80, seconds=2, pairs=1,
    local_intents=150_000, looped_rows=1_000, remote_intents=5_000,
    bookings=20_000,
)  # fmt: skip
