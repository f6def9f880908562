"""`/v1/charges`: made by payment intents, so they can only be read and annotated."""

from ..api import Call, Endpoint, Page, list_page
from ..params import PAGING, Metadata, Text, unmodelled
from ..sandbox import Sandbox
from .lookup import addressed, reading, refusing, updating


def list_refunds(box: Sandbox, call: Call) -> Page:
    charge = addressed(box, call, "charge", "charge")
    return list_page(box, call, "refund", equal=("charge", charge["id"]), url=f"/v1/charges/{charge['id']}/refunds")


ENDPOINTS = (
    *reading("charge", "payment_intent", "customer", param="charge"),
    refusing("POST", "/v1/charges", "creating charges directly; create a PaymentIntent"),
    Endpoint(
        "POST",
        "/v1/charges/{id}",
        updating("charge", "charge", "charge.updated"),
        unmodelled("customer fraud_details shipping transfer_group")
        | {"description": Text(unset=True), "metadata": Metadata(), "receipt_email": Text(unset=True)},
    ),
    Endpoint("GET", "/v1/charges/{id}/refunds", list_refunds, PAGING),
)
