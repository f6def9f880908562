"""`/v1/payment_methods`: cards, and one bank redirect."""

from ..api import Call, Endpoint
from ..errors import Object, invalid_request, unsupported
from ..flows import methods, payments
from ..params import BILLING_DETAILS, Choice, Hash, Integer, Metadata, Param, Text, edited, merge_metadata, unmodelled
from ..sandbox import Sandbox
from .lookup import addressed, named, reading

CARD = Hash(
    {"number": Text(), "exp_month": Integer(), "exp_year": Integer(), "cvc": Text()},
    required=("number", "exp_month", "exp_year"),
)
DATA: dict[str, Param] = {
    "allow_redisplay": Choice(("always", "limited", "unspecified")),
    "billing_details": BILLING_DETAILS,
    "card": CARD,
    "metadata": Metadata(),
    "type": Text(),
}
TYPES = ("card", "pay_by_bank")


def from_data(box: Sandbox, data: Object) -> Object:
    """Also what `payment_method_data` of a confirmation does."""
    fields: Object = {key: data[key] for key in ("allow_redisplay", "billing_details") if key in data}
    fields["metadata"] = merge_metadata({}, data.get("metadata"))
    if data["type"] not in TYPES:
        raise unsupported(f"the payment method type {data['type']}", "type")
    if data["type"] == "pay_by_bank":
        return methods.create_bank(box, fields)
    if "card" not in data:
        raise invalid_request("Missing required param: card.", code="parameter_missing", param="card")
    return methods.create(box, data["card"], fields)


def update(box: Sandbox, call: Call) -> Object:
    method = addressed(box, call, "payment_method", "payment_method")
    billing = method["billing_details"] | call.params.get("billing_details", {})
    return box.store.put(edited(method, call.params) | {"billing_details": billing})


def attach(box: Sandbox, call: Call) -> Object:
    owner = named(box, call, "customer")
    method = methods.find(box, call.path["id"])
    methods.check_attachable(box, method)
    return payments.attach(box, method, owner["id"])


def detach(box: Sandbox, call: Call) -> Object:
    old = addressed(box, call, "payment_method", "payment_method")
    if old["customer"] is None:
        raise invalid_request(
            "The payment method you provided is not attached to a customer so detachment is impossible."
        )
    return box.change(old, old | {"customer": None}, "payment_method.detached")


LISTING = unmodelled("allow_redisplay") | {"type": Choice(("card",))}
ENDPOINTS = (
    *reading("payment_method", "customer", param="payment_method", more=LISTING),
    Endpoint(
        "POST",
        "/v1/payment_methods",
        lambda box, call: from_data(box, call.params),
        DATA | unmodelled("customer customer_account payment_method us_bank_account"),
        required=("type",),
    ),
    Endpoint(
        "POST",
        "/v1/payment_methods/{id}",
        update,
        unmodelled("allow_redisplay card us_bank_account")
        | {"billing_details": BILLING_DETAILS, "metadata": Metadata()},
    ),
    Endpoint("POST", "/v1/payment_methods/{id}/attach", attach, {"customer": Text()}, ("customer",)),
    Endpoint("POST", "/v1/payment_methods/{id}/detach", detach),
)
