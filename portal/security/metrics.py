"""Security metrics."""

from typing import Final

from portal.common.metrics import counter
from portal.security.events import Outcome, SecurityEvent

EVENTS: Final = counter(
    "portal_security_events_total",
    "Sign-ins, refusals, limits and changes of accounts, by event and outcome.",
    ["event", "outcome"],
    [(event.value, outcome.value) for event in SecurityEvent for outcome in (Outcome.REFUSED, Outcome.LIMITED)],
)
