"""The webhook endpoint object. Its secret is shown once, when it is created."""

from .. import clock
from ..ids import new_id
from ..store import Object
from . import null


def build(url: str, enabled_events: list[str], fields: Object) -> Object:
    return {
        "id": new_id("we"),
        "object": "webhook_endpoint",
        **null("api_version application description"),
        "created": clock.now(),
        "enabled_events": enabled_events,
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": url,
    } | fields
