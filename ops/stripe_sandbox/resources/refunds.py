"""`/v1/refunds`."""

from ..api import Call, Endpoint
from ..errors import Object, invalid_request
from ..flows import refunds
from ..params import Choice, Integer, Metadata, Text, merge_metadata, unmodelled
from ..sandbox import Sandbox
from .lookup import addressed, named, reading, updating


def create(box: Sandbox, call: Call) -> Object:
    fields = {"metadata": merge_metadata({}, call.params.get("metadata")), "reason": call.params.get("reason")}
    return refunds.create(box, _charge(box, call), call.params.get("amount"), fields)


def _charge(box: Sandbox, call: Call) -> Object:
    if "payment_intent" not in call.params and "charge" not in call.params:
        raise invalid_request(
            "One of the following params should be provided for this request: payment_intent or charge."
        )
    charge = named(box, call, "charge") if "charge" in call.params else None
    if "payment_intent" not in call.params:
        return charge or {}
    intent = named(box, call, "payment_intent")
    if charge is not None and charge["payment_intent"] != intent["id"]:
        raise invalid_request(f"Charge {charge['id']} does not belong to PaymentIntent {intent['id']}.", param="charge")
    if intent["status"] != "succeeded":
        raise invalid_request(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.", param="payment_intent"
        )
    return charge or box.store.get("charge", intent["latest_charge"])


def cancel(box: Sandbox, call: Call) -> Object:
    """Only out of `requires_action`, as Stripe documents; a pending card refund is refused."""
    refund = addressed(box, call, "refund")
    if refund["status"] != "requires_action":
        raise invalid_request(
            f"You cannot cancel this refund because it has a status of {refund['status']}. Only a "
            "refund with the status requires_action may be canceled."
        )
    return refunds.move(box, refund, "canceled")


ENDPOINTS = (
    *reading("refund", "charge", "payment_intent"),
    Endpoint(
        "POST",
        "/v1/refunds",
        create,
        unmodelled("currency customer instructions_email origin refund_application_fee reverse_transfer")
        | {
            "amount": Integer(least=1),
            "charge": Text(),
            "metadata": Metadata(),
            "payment_intent": Text(),
            "reason": Choice(("duplicate", "fraudulent", "requested_by_customer")),
        },
    ),
    Endpoint("POST", "/v1/refunds/{id}", updating("refund", "id", "refund.updated"), {"metadata": Metadata()}),
    Endpoint("POST", "/v1/refunds/{id}/cancel", cancel),
)
