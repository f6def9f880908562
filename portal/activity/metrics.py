"""Funnel metrics."""

from typing import Final

from portal.common.metrics import counter

FUNNEL_EVENTS: Final = counter(
    "portal_funnel_events_total", "Steps of the booking funnel, by stage and service.", ["stage", "service"]
)
LOST: Final = counter(
    "portal_activity_lost_total",
    "Events of the funnel and the library that could not be kept: too many waited, or the database refused them.",
    ["reason"],
    [["full"], ["refused"]],
)
