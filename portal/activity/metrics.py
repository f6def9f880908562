"""Funnel metrics."""

from typing import Final

from portal.common.metrics import counter

FUNNEL_EVENTS: Final = counter(
    "portal_funnel_events_total", "Steps of the booking funnel, by stage and service.", ["stage", "service"]
)
