"""The early fraud warning: the card's issuer thinks that a charge was fraud, before anybody disputes it."""

from .. import clock
from ..ids import new_id
from ..store import Object

KIND = "radar.early_fraud_warning"
FRAUD_TYPES = (
    "card_never_received",
    "fraudulent_card_application",
    "made_with_counterfeit_card",
    "made_with_lost_card",
    "made_with_stolen_card",
    "misc",
    "unauthorized_use_of_card",
)


def build(charge: Object, fraud_type: str) -> Object:
    return {
        "id": new_id("issfr"),
        "object": KIND,
        "actionable": not charge["disputed"] and not charge["refunded"],
        "charge": charge["id"],
        "created": clock.now(),
        "fraud_type": fraud_type,
        "livemode": False,
        "payment_intent": charge["payment_intent"],
    }
