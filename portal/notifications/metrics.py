"""Notification metrics."""

from typing import Final

from portal.common.metrics import counter

OUTCOMES: Final = ("sent", "resent", "failed")
NOTIFICATIONS: Final = counter(
    "portal_notifications_total", "Emails by template and outcome: sent, resent, failed.", ["template", "outcome"]
)
