"""Queueing and sending e-mails."""

from portal.notifications.domain.send import send

__all__ = ["send"]
