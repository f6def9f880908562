"""`/v1/balance_transactions`."""

from ..api import Call, Endpoint, Page, list_page
from ..flows import payouts
from ..params import PAGING, Text
from ..sandbox import Sandbox
from .lookup import retrieving


def list_all(box: Sandbox, call: Call) -> Page:
    names = ("source", "type", "currency")
    given = [(name, call.params[name]) for name in names if name in call.params]
    indexed = next((one for one in given if one[0] != "currency"), None)
    paid_out = payouts.contents(box, call.params["payout"]) if "payout" in call.params else None
    return list_page(
        box,
        call,
        "balance_transaction",
        equal=indexed,
        accept=lambda one: (
            all(one[name] == value for name, value in given) and (paid_out is None or one["id"] in paid_out)
        ),
    )


ENDPOINTS = (
    Endpoint(
        "GET",
        "/v1/balance_transactions",
        list_all,
        PAGING | {"currency": Text(), "payout": Text(), "source": Text(), "type": Text()},
    ),
    Endpoint("GET", "/v1/balance_transactions/{id}", retrieving("balance_transaction")),
)
