"""Booking metrics."""

from typing import Final

from portal.common.metrics import counter, histogram, increment, observe

TRANSITIONS: Final = counter(
    "portal_booking_transitions_total",
    "Changes of booking state, by service.",
    ["service", "from_status", "to_status"],
)
CONFIRMATION_SECONDS: Final = histogram(
    "portal_booking_confirmation_seconds",
    "Seconds from making a booking to its confirmation.",
    buckets=(5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 86400),
)


def time_confirmation(seconds: float) -> None:
    """Observe how long a booking took to be confirmed, when that is committed."""
    observe(CONFIRMATION_SECONDS, seconds)


def count_transition(service: str, before: str, after: str) -> None:
    """Count one change of state; `service` is the slug, `before` empty for a new booking; when it is committed."""
    increment(TRANSITIONS, service=service, from_status=before, to_status=after)
