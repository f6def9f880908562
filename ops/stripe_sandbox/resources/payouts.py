"""`/v1/payouts`."""

from ..api import Call, Endpoint, Page, list_page
from ..errors import Object
from ..flows import payouts
from ..money import check_currency
from ..params import PAGING, Choice, Integer, Metadata, Text, TimeFilter, merge_metadata, unmodelled
from ..sandbox import Sandbox
from .lookup import refusing, retrieving, updating


def create(box: Sandbox, call: Call) -> Object:
    params = call.params
    fields: Object = {key: params[key] for key in ("description", "statement_descriptor") if key in params}
    fields["metadata"] = merge_metadata({}, params.get("metadata"))
    return payouts.create(box, params["amount"], check_currency(params["currency"]), fields)


def list_all(box: Sandbox, call: Call) -> Page:
    status = call.params.get("status")
    first, last = call.params.get("arrival_date", (None, None))

    def accept(one: Object) -> bool:
        day = one["arrival_date"]
        return (first is None or first <= day) and (last is None or day <= last)

    return list_page(box, call, "payout", equal=("status", status) if status else None, accept=accept)


ENDPOINTS = (
    Endpoint(
        "GET",
        "/v1/payouts",
        list_all,
        PAGING
        | unmodelled("destination")
        | {"arrival_date": TimeFilter(), "status": Choice(("pending", "in_transit", "paid", "failed", "canceled"))},
    ),
    Endpoint(
        "POST",
        "/v1/payouts",
        create,
        unmodelled("destination method payout_method source_type")
        | {
            "amount": Integer(least=1),
            "currency": Text(),
            "description": Text(unset=True),
            "metadata": Metadata(),
            "statement_descriptor": Text(longest=22),
        },
        required=("amount", "currency"),
    ),
    Endpoint("GET", "/v1/payouts/{id}", retrieving("payout", "payout")),
    Endpoint("POST", "/v1/payouts/{id}", updating("payout", "payout", "payout.updated"), {"metadata": Metadata()}),
    refusing("POST", "/v1/payouts/{id}/cancel", "cancelling and reversing payouts"),
    refusing("POST", "/v1/payouts/{id}/reverse", "cancelling and reversing payouts"),
)
