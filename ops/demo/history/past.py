"""What the history asks of Stripe: the demo gives its sandbox, with the clock set back."""

from datetime import datetime
from typing import Any, Protocol

Json = dict[str, Any]


class PastStripe(Protocol):
    """Stripe's calls at a moment of the past (UTC), amounts in minor units; the answers are Stripe's JSON."""

    def create_intent(self, at: datetime, amount: int, currency: str, **fields: Any) -> Json: ...

    def confirm_intent(self, at: datetime, intent_id: str, card: str) -> Json:
        """With a test card, by Stripe's name; declined, the answer is the intent with its last error."""
        ...

    def cancel_intent(self, at: datetime, intent_id: str) -> Json: ...

    def charge(self, charge_id: str) -> Json:
        """With its balance transaction expanded."""
        ...

    def refund(self, at: datetime, charge_id: str, amount: int, metadata: dict[str, str]) -> Json: ...

    def open_dispute(self, at: datetime, charge_id: str, reason: str, *, inquiry: bool = False) -> Json: ...

    def close_dispute(self, at: datetime, dispute_id: str, status: str) -> Json: ...

    def events(self) -> list[Json]:
        """Those that Stripe still keeps, the oldest first."""
        ...

    def finish(self, at: datetime) -> None:
        """Pay out, and keep everything for the portal to ask about."""
        ...
