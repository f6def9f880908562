"""What Radar and the issuers say: the review of a payment by a person, and the warning of fraud before any dispute."""

from .. import clock
from ..ids import new_id
from ..store import Object
from . import null

WARNING = "radar.early_fraud_warning"
FRAUD_TYPES = (
    "card_never_received fraudulent_card_application made_with_counterfeit_card made_with_lost_card "
    "made_with_stolen_card misc unauthorized_use_of_card"
).split()


def warning(charge: Object, fraud_type: str) -> Object:
    return {
        "id": new_id("issfr"),
        "object": WARNING,
        "actionable": not charge["disputed"] and not charge["refunded"],
        "charge": charge["id"],
        "created": clock.now(),
        "fraud_type": fraud_type,
        "livemode": False,
        "payment_intent": charge["payment_intent"],
    }


def review(charge: Object, opened_reason: str) -> Object:
    """`opened_reason` is `rule` or `manual`."""
    return {
        "id": new_id("prv"),
        "object": "review",
        **null("closed_reason ip_address ip_address_location session"),
        "billing_zip": charge["billing_details"]["address"]["postal_code"],
        "charge": charge["id"],
        "created": clock.now(),
        "livemode": False,
        "open": True,
        "opened_reason": opened_reason,
        "payment_intent": charge["payment_intent"],
        "reason": opened_reason,
    }
