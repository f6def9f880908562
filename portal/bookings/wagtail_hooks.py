"""Registers the coordinator's viewsets."""

from wagtail.snippets.models import register_snippet

from portal.bookings.admin.viewsets import BookingsGroup

register_snippet(BookingsGroup)
