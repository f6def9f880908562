"""What Radar and the issuers say: the review of a payment by a person, and the warning of fraud before any dispute."""

from ..store import Object
from . import new, null

WARNING = "radar.early_fraud_warning"
FRAUD_TYPES = (
    "card_never_received fraudulent_card_application made_with_counterfeit_card made_with_lost_card "
    "made_with_stolen_card misc unauthorized_use_of_card"
).split()


def warning(charge: Object, fraud_type: str) -> Object:
    return {
        **new("issfr", WARNING),
        "actionable": not charge["disputed"] and not charge["refunded"],
        "charge": charge["id"],
        "fraud_type": fraud_type,
        "payment_intent": charge["payment_intent"],
    }


def review(charge: Object, opened_reason: str) -> Object:
    """`opened_reason` is `rule` or `manual`."""
    return {
        **new("prv", "review"),
        **null("closed_reason ip_address ip_address_location session"),
        "billing_zip": charge["billing_details"]["address"]["postal_code"],
        "charge": charge["id"],
        "open": True,
        "opened_reason": opened_reason,
        "payment_intent": charge["payment_intent"],
        "reason": opened_reason,
    }
