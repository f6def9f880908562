"""`/v1/webhook_endpoints`."""

from urllib.parse import urlsplit

from ..api import Call, Endpoint
from ..errors import Object, invalid_request
from ..ids import signing_secret
from ..objects import webhook_endpoint
from ..params import Boolean, List, Metadata, Param, Text, edited, merge_metadata
from ..sandbox import Sandbox
from .lookup import addressed, reading

FIELDS: dict[str, Param] = {
    "description": Text(unset=True),
    "enabled_events": List(Text(), longest=500),
    "metadata": Metadata(),
    "url": Text(),
}


def create(box: Sandbox, call: Call) -> Object:
    params = call.params
    if params.get("connect"):
        raise invalid_request("The Stripe sandbox does not model Connect.", param="connect")
    _check_url(params["url"])
    fields: Object = {key: params[key] for key in ("api_version", "description") if key in params}
    fields["metadata"] = merge_metadata({}, params.get("metadata"))
    made = box.store.put(webhook_endpoint.build(params["url"], params["enabled_events"], fields))
    secret = signing_secret()
    box.store.annotate(made["id"], secret=secret)
    return made | {"secret": secret}


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise invalid_request(
            "Invalid URL: An explicit scheme (such as https) must be provided.", code="url_invalid", param="url"
        )


def update(box: Sandbox, call: Call) -> Object:
    endpoint = addressed(box, call, "webhook_endpoint", "webhook_endpoint")
    params = dict(call.params)
    if "url" in params:
        _check_url(params["url"])
    if "disabled" in params:
        params["status"] = "disabled" if params.pop("disabled") else "enabled"
    return box.store.put(edited(endpoint, params))


def delete(box: Sandbox, call: Call) -> Object:
    endpoint = addressed(box, call, "webhook_endpoint", "webhook_endpoint")
    box.store["webhook_endpoint"].remove(endpoint["id"])
    box.store["note"].remove(endpoint["id"])
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


ENDPOINTS = (
    *reading("webhook_endpoint", param="webhook_endpoint"),
    Endpoint(
        "POST",
        "/v1/webhook_endpoints",
        create,
        FIELDS | {"api_version": Text(), "connect": Boolean()},
        required=("enabled_events", "url"),
    ),
    Endpoint("POST", "/v1/webhook_endpoints/{id}", update, FIELDS | {"disabled": Boolean()}),
    Endpoint("DELETE", "/v1/webhook_endpoints/{id}", delete),
)
