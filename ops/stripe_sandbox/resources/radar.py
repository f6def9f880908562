"""`/v1/radar/early_fraud_warnings` and `/v1/reviews`."""

from ..api import Call, Endpoint, Page, list_page
from ..errors import Object, invalid_request
from ..flows import radar
from ..objects.radar import WARNING
from ..params import PAGING
from ..sandbox import Sandbox
from .lookup import addressed, reading, retrieving


def approve(box: Sandbox, call: Call) -> Object:
    wanted = addressed(box, call, "review", "review")
    closed = radar.close_review(box, wanted["charge"], "approved")
    if closed is None:
        raise invalid_request("This review has already been closed.", param="review")
    return closed


def list_reviews(box: Sandbox, call: Call) -> Page:
    return list_page(box, call, "review", accept=lambda one: bool(one["open"]))


ENDPOINTS = (
    *reading(WARNING, "charge", "payment_intent", param="early_fraud_warning", path="/v1/radar/early_fraud_warnings"),
    Endpoint("GET", "/v1/reviews", list_reviews, PAGING),
    Endpoint("GET", "/v1/reviews/{id}", retrieving("review", "review")),
    Endpoint("POST", "/v1/reviews/{id}/approve", approve),
)
