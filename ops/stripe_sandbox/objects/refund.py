"""The refund object."""

from .. import clock
from ..ids import new_id
from ..store import Object
from . import null


def build(charge: Object, amount: int, status: str, fields: Object) -> Object:
    return {
        "id": new_id("re"),
        "object": "refund",
        **null("balance_transaction reason receipt_number source_transfer_reversal transfer_reversal"),
        "amount": amount,
        "charge": charge["id"],
        "created": clock.now(),
        "currency": charge["currency"],
        "destination_details": _destination(charge["payment_method_details"]["type"]),
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "status": status,
    } | fields


def _destination(kind: str) -> Object:
    if kind != "card":
        return {"type": kind}
    card = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
    return {"card": card, "type": "card"}
