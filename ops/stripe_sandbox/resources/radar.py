"""`/v1/radar/early_fraud_warnings` and `/v1/reviews`."""

from ..api import Call, Endpoint, Page, list_page
from ..errors import Object, invalid_request
from ..flows import radar
from ..objects.early_fraud_warning import KIND
from ..params import PAGING, Text
from ..sandbox import Sandbox
from .lookup import addressed


def retrieve_warning(box: Sandbox, call: Call) -> Object:
    return addressed(box, call, KIND, "early_fraud_warning")


def list_warnings(box: Sandbox, call: Call) -> Page:
    given = [(name, call.params[name]) for name in ("charge", "payment_intent") if name in call.params]
    return list_page(
        box,
        call,
        KIND,
        equal=given[0] if given else None,
        accept=lambda one: all(one[name] == value for name, value in given),
        url="/v1/radar/early_fraud_warnings",
    )


def retrieve_review(box: Sandbox, call: Call) -> Object:
    return addressed(box, call, "review", "review")


def approve(box: Sandbox, call: Call) -> Object:
    wanted = addressed(box, call, "review", "review")
    closed = radar.close_review(box, wanted["charge"], "approved")
    if closed is None:
        raise invalid_request("This review has already been closed.", param="review")
    return closed


def list_reviews(box: Sandbox, call: Call) -> Page:
    return list_page(box, call, "review", accept=lambda one: bool(one["open"]))


ENDPOINTS = (
    Endpoint(
        "GET",
        "/v1/radar/early_fraud_warnings",
        list_warnings,
        PAGING | {"charge": Text(), "payment_intent": Text()},
    ),
    Endpoint("GET", "/v1/radar/early_fraud_warnings/{id}", retrieve_warning),
    Endpoint("GET", "/v1/reviews", list_reviews, PAGING),
    Endpoint("GET", "/v1/reviews/{id}", retrieve_review),
    Endpoint("POST", "/v1/reviews/{id}/approve", approve),
)
