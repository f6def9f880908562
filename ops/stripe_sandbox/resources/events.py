"""`/v1/events`: listed by time and type, for whoever missed a delivery."""

from fnmatch import fnmatchcase

from ..api import Call, Endpoint, Page, list_page
from ..errors import Object, invalid_request
from ..params import PAGING, Boolean, List, Text
from ..sandbox import Sandbox
from .lookup import retrieving


def list_all(box: Sandbox, call: Call) -> Page:
    params = call.params
    if "type" in params and "types" in params:
        raise invalid_request("You may only specify one of these parameters: type, types.")
    wanted = params.get("types") or ([params["type"]] if "type" in params else [])
    delivered = params.get("delivery_success")
    exact = len(wanted) == 1 and "*" not in wanted[0]

    def accept(event: Object) -> bool:
        of_type = not wanted or any(fnmatchcase(event["type"], one) for one in wanted)
        return of_type and (delivered is None or delivered == (event["pending_webhooks"] == 0))

    simple = delivered is None and (exact or not wanted)
    return list_page(
        box, call, "event", equal=("type", wanted[0]) if exact else None, accept=None if simple else accept
    )


ENDPOINTS = (
    Endpoint(
        "GET",
        "/v1/events",
        list_all,
        PAGING | {"delivery_success": Boolean(), "type": Text(), "types": List(Text(), 20)},
    ),
    Endpoint("GET", "/v1/events/{id}", retrieving("event")),
)
