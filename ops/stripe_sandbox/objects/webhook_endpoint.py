"""The webhook endpoint object. Its secret is shown once, when it is created."""

from .. import clock
from ..ids import new_id
from ..store import Object


def build(url: str, enabled_events: list[str], fields: Object) -> Object:
    return {
        "id": new_id("we"),
        "object": "webhook_endpoint",
        "api_version": None,
        "application": None,
        "created": clock.now(),
        "description": None,
        "enabled_events": enabled_events,
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": url,
    } | fields
