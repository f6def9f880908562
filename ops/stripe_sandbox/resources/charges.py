"""`/v1/charges`: made by payment intents, so they can only be read and annotated."""

from ..api import Call, Endpoint, Page, list_page
from ..errors import Object, unsupported
from ..params import PAGING, Metadata, Text, merge_metadata, unmodelled
from ..sandbox import Sandbox
from .lookup import addressed


def retrieve(box: Sandbox, call: Call) -> Object:
    return addressed(box, call, "charge", "charge")


def update(box: Sandbox, call: Call) -> Object:
    old = addressed(box, call, "charge", "charge")
    changed = old | {key: value for key, value in call.params.items() if key != "metadata"}
    if "metadata" in call.params:
        changed["metadata"] = merge_metadata(old["metadata"], call.params["metadata"])
    box.emit_change("charge.updated", old, box.store.put(changed))
    return changed


def list_all(box: Sandbox, call: Call) -> Page:
    params = call.params
    if "payment_intent" in params:
        customer = params.get("customer")
        return list_page(
            box,
            call,
            "charge",
            equal=("payment_intent", params["payment_intent"]),
            accept=None if customer is None else lambda charge: charge["customer"] == customer,
        )
    equal = ("customer", params["customer"]) if "customer" in params else None
    return list_page(box, call, "charge", equal=equal)


def list_refunds(box: Sandbox, call: Call) -> Page:
    charge = addressed(box, call, "charge", "charge")
    return list_page(
        box,
        call,
        "refund",
        equal=("charge", charge["id"]),
        url=f"/v1/charges/{charge['id']}/refunds",
    )


def create(_: Sandbox, __: Call) -> Object:
    raise unsupported("creating charges directly; create a PaymentIntent")


ENDPOINTS = (
    Endpoint(
        "GET",
        "/v1/charges",
        list_all,
        PAGING | {"customer": Text(), "payment_intent": Text()},
    ),
    Endpoint("POST", "/v1/charges", create, refused=True),
    Endpoint("GET", "/v1/charges/{id}", retrieve),
    Endpoint(
        "POST",
        "/v1/charges/{id}",
        update,
        unmodelled("customer fraud_details shipping transfer_group")
        | {
            "description": Text(unset=True),
            "metadata": Metadata(),
            "receipt_email": Text(unset=True),
        },
    ),
    Endpoint("GET", "/v1/charges/{id}/refunds", list_refunds, PAGING),
)
