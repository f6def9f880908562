"""The review: Radar asks a person to look at a payment."""

from .. import clock
from ..ids import new_id
from ..store import Object


def build(charge: Object, opened_reason: str) -> Object:
    """`opened_reason` is `rule` or `manual`."""
    return {
        "id": new_id("prv"),
        "object": "review",
        "billing_zip": charge["billing_details"]["address"]["postal_code"],
        "charge": charge["id"],
        "closed_reason": None,
        "created": clock.now(),
        "ip_address": None,
        "ip_address_location": None,
        "livemode": False,
        "open": True,
        "opened_reason": opened_reason,
        "payment_intent": charge["payment_intent"],
        "reason": opened_reason,
        "session": None,
    }
