"""`/v1/customers`."""

from ..api import Call, Endpoint, Page, list_page
from ..errors import Object, no_such
from ..objects import customer
from ..params import ADDRESS, PAGING, SHIPPING, Choice, Hash, List, Metadata, Param, Text, edited, unmodelled
from ..sandbox import Sandbox
from .lookup import addressed, listing

UNMODELLED = unmodelled(
    "balance business_name cash_balance default_source individual_name invoice_prefix next_invoice_sequence "
    "payment_method source tax tax_id_data test_clock"
)
FIELDS: dict[str, Param] = {
    "address": ADDRESS,
    "description": Text(unset=True),
    "email": Text(longest=512, unset=True),
    "invoice_settings": Hash({"default_payment_method": Text(unset=True)}),
    "metadata": Metadata(),
    "name": Text(longest=256, unset=True),
    "phone": Text(longest=20, unset=True),
    "preferred_locales": List(Text()),
    "shipping": SHIPPING,
    "tax_exempt": Choice(("exempt", "none", "reverse")),
}


def create(box: Sandbox, call: Call) -> Object:
    made = _apply(box, customer.build({}), call.params)
    return box.put(made, "customer.created")


def update(box: Sandbox, call: Call) -> Object:
    old = addressed(box, call, "customer", "customer")
    changed = _apply(box, old, call.params)
    return box.change(old, changed, "customer.updated")


def _apply(box: Sandbox, current: Object, params: Object) -> Object:
    fields = dict(params)
    if "invoice_settings" in fields:
        method = fields["invoice_settings"].get("default_payment_method")
        if method is not None and method not in box.store["payment_method"]:
            raise no_such("PaymentMethod", method, "invoice_settings[default_payment_method]")
        fields["invoice_settings"] = current["invoice_settings"] | fields["invoice_settings"]
    if fields.get("address") is not None:
        blank = dict.fromkeys(ADDRESS.fields)
        fields["address"] = blank | (current["address"] or {}) | fields["address"]
    return edited(current, fields)


def retrieve(box: Sandbox, call: Call) -> Object:
    if box.store.note(call.path["id"]).get("deleted"):
        return customer.deleted(call.path["id"])
    return addressed(box, call, "customer", "customer")


def delete(box: Sandbox, call: Call) -> Object:
    gone = addressed(box, call, "customer", "customer")
    box.store["customer"].remove(gone["id"])
    box.store.annotate(gone["id"], deleted=True)
    box.emit("customer.deleted", gone)
    return customer.deleted(gone["id"])


def list_methods(box: Sandbox, call: Call) -> Page:
    owner = addressed(box, call, "customer", "customer")["id"]
    url = f"/v1/customers/{owner}/payment_methods"
    return list_page(box, call, "payment_method", equal=("customer", owner), url=url)


ENDPOINTS = (
    Endpoint("GET", "/v1/customers", listing("customer", "email"), PAGING | {"email": Text()}),
    Endpoint("POST", "/v1/customers", create, UNMODELLED | FIELDS),
    Endpoint("GET", "/v1/customers/{id}", retrieve),
    Endpoint("POST", "/v1/customers/{id}", update, UNMODELLED | FIELDS),
    Endpoint("DELETE", "/v1/customers/{id}", delete),
    Endpoint(
        "GET",
        "/v1/customers/{id}/payment_methods",
        list_methods,
        PAGING | unmodelled("allow_redisplay") | {"type": Choice(("card",))},
    ),
)
