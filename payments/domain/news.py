"""How news about a payment came, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from portal.audit.actor import Actor, Source


@dataclass(frozen=True, slots=True)
class News:
    """Who brought it, by which way, and as of when it was true at Stripe (UTC)."""

    by: Actor
    source: Source
    as_of: datetime
    stripe_event_id: str = ""


class Applied(Enum):
    """What the ledger did with a fact from Stripe; each is a `LedgerState` of the same value."""

    APPLIED = "applied"
    UNMATCHED = "unmatched"
    DISCREPANCY = "discrepancy"
