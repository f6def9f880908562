"""The Grafana dashboards as the JSON that Grafana imports; `python -m ops.docs.generate` writes them."""

from typing import Final

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from ops.observability.boards import booking_funnel, service
from ops.observability.rules import HERE

FOLDER: Final = HERE / "grafana-dashboards"
DASHBOARDS: Final = {"booking-funnel.json": booking_funnel, "portal-service.json": service}


def as_json(name: str) -> str:
    """The file's content."""
    return JSONEncoder(sort_keys=True, indent=2).encode(DASHBOARDS[name]().build()) + "\n"
