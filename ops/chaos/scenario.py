"""What people want: drawn from the seed alone, however it turns out for them."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final
from uuid import UUID

SERVICE: Final = "chaos-care"
CAREGIVERS: Final = 8
PLACES: Final = (1, 1, 2, 2, 3, 1, 2, 3, 1, 2, 3, 2)  # of each session: few, so that people compete for them

VISA: Final = "4242424242424242"
DECLINED: Final = ("4000000000000002", "4000000000009995", "4000000000000127")
ASKS_3DS: Final = ("4000002500003155", "4000000000003220")
DECLINES_AFTER_3DS: Final = "4000008400001629"
DISPUTED: Final = "4000000000000259"
REFUND_PENDS: Final = "4000000000007726"
REFUND_FAILS: Final = "4000000000005126"
PROCESSING: Final = "4000000000007775"


@dataclass(frozen=True, slots=True)
class Visit:
    """One caregiver, once: which session (a place in PLACES), the cards they try in turn, and what they do then.

    No cards: they leave without paying. `tabs`: the deposit page is open so many times, and paid in each at once.
    """

    token: UUID
    session: int
    again: bool
    cards: tuple[str, ...]
    passes_3ds: bool
    bank_takes: bool
    tabs: int
    extends: bool
    checks: bool
    then: str
    other_session: int
    pause: float


def visits(seed: int, person: int) -> Iterator[Visit]:
    """What caregiver number `person` does, one visit after the other, without end."""
    dice = Random(f"caregiver {seed} {person}")
    while True:
        yield Visit(
            token=UUID(int=dice.getrandbits(128), version=4),
            session=dice.randrange(len(PLACES)),
            again=dice.random() < 0.2,
            cards=_cards(dice),
            passes_3ds=dice.random() < 0.8,
            bank_takes=dice.random() < 0.7,
            tabs=2 if dice.random() < 0.25 else 1,
            extends=dice.random() < 0.1,
            checks=dice.random() < 0.5,
            then=dice.choices(("keep", "cancel", "balance", "move"), (30, 35, 20, 15))[0],
            other_session=dice.randrange(len(PLACES)),
            pause=round(dice.uniform(0.0, 0.6), 3),
        )


def _cards(dice: Random) -> tuple[str, ...]:
    """Cards tried in turn, the last one mostly good; none for one visit in ten."""
    if dice.random() < 0.1:
        return ()
    first = dice.choice(DECLINED) if dice.random() < 0.2 else ""
    kinds = (VISA, dice.choice(ASKS_3DS), DECLINES_AFTER_3DS, DISPUTED, REFUND_PENDS, REFUND_FAILS, PROCESSING)
    last = dice.choices(kinds, (55, 15, 3, 4, 8, 5, 10))[0]
    return (first, last) if first else (last,)


@dataclass(frozen=True, slots=True)
class Errand:
    """Something that staff does: to one of the payments or disputes that are there, `which` of them (0 to 1)."""

    token: UUID
    kind: str
    which: float
    share: float
    twice: bool
    won: bool
    pause: float


ERRANDS: Final = {
    "refund": 45,
    "refund_at_stripe": 12,
    "retry_refund": 8,
    "dispute": 10,
    "close_dispute": 10,
    "escalate": 6,
    "return_part": 6,
    "refund_beside": 10,
    "cancel_session": 3,
}


def errands(seed: int) -> Iterator[Errand]:
    """What finance, a coordinator, a clerk at Stripe and a bank do, one after the other, without end."""
    dice = Random(f"staff {seed}")
    while True:
        yield Errand(
            token=UUID(int=dice.getrandbits(128), version=4),
            kind=dice.choices(list(ERRANDS), list(ERRANDS.values()))[0],
            which=dice.random(),
            share=dice.choice((0.2, 0.5, 1.0)),
            twice=dice.random() < 0.3,
            won=dice.random() < 0.5,
            pause=round(dice.uniform(0.2, 1.0), 3),
        )
