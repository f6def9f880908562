"""The webhook endpoint object. Its secret is shown once, when it is created."""

from ..store import Object
from . import new, null


def build(url: str, enabled_events: list[str], fields: Object) -> Object:
    return {
        **new("we", "webhook_endpoint"),
        **null("api_version application description"),
        "enabled_events": enabled_events,
        "metadata": {},
        "status": "enabled",
        "url": url,
    } | fields
