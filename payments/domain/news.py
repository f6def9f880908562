"""How news about a payment came."""

from dataclasses import dataclass
from datetime import datetime

from portal.audit.actor import Actor, Source


@dataclass(frozen=True, slots=True)
class News:
    """Who brought it, by which way, and as of when it was true at Stripe (UTC)."""

    by: Actor
    source: Source
    as_of: datetime
    stripe_event_id: str = ""
