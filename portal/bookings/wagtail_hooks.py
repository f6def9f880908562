"""Registers the coordinator's viewsets."""

from wagtail.snippets.models import register_snippet

from portal.bookings.admin import bulk_actions
from portal.bookings.admin.viewsets import BookingsGroup

__all__ = ["bulk_actions"]
register_snippet(BookingsGroup)
