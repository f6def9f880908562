"""Queueing and sending emails."""

from portal.notifications.domain.send import send

__all__ = ["send"]
