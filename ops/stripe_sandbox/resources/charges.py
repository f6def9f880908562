"""`/v1/charges`: made by payment intents, so they can only be read and annotated."""

from ..api import Call, Endpoint, Page, list_page
from ..errors import Object
from ..params import PAGING, Metadata, Text, merge_metadata, unmodelled
from ..sandbox import Sandbox
from .lookup import addressed, listing, refusing, retrieving


def update(box: Sandbox, call: Call) -> Object:
    old = addressed(box, call, "charge", "charge")
    changed = old | {key: value for key, value in call.params.items() if key != "metadata"}
    if "metadata" in call.params:
        changed["metadata"] = merge_metadata(old["metadata"], call.params["metadata"])
    return box.change(old, changed, "charge.updated")


def list_refunds(box: Sandbox, call: Call) -> Page:
    charge = addressed(box, call, "charge", "charge")
    return list_page(box, call, "refund", equal=("charge", charge["id"]), url=f"/v1/charges/{charge['id']}/refunds")


ENDPOINTS = (
    Endpoint(
        "GET",
        "/v1/charges",
        listing("charge", "payment_intent", "customer"),
        PAGING | {"customer": Text(), "payment_intent": Text()},
    ),
    Endpoint("POST", "/v1/charges", refusing("creating charges directly; create a PaymentIntent"), refused=True),
    Endpoint("GET", "/v1/charges/{id}", retrieving("charge", "charge")),
    Endpoint(
        "POST",
        "/v1/charges/{id}",
        update,
        unmodelled("customer fraud_details shipping transfer_group")
        | {"description": Text(unset=True), "metadata": Metadata(), "receipt_email": Text(unset=True)},
    ),
    Endpoint("GET", "/v1/charges/{id}/refunds", list_refunds, PAGING),
)
