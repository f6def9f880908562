"""What every page for care coordinators shares: its place in the admin, and the rows that it shows."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from portal.audit.admin_views import Parents, StaffView
from portal.bookings.models import Booking, Session


class CoordinationView(StaffView):
    """A page for care coordinators."""

    header_icon = "calendar-alt"
    parents: ClassVar[Parents] = (("coordination:day", _("Care desk")),)


def bookings() -> Any:
    """Bookings with the rows that these pages show."""
    return Booking.objects.with_details().prefetch_related("payments")


def sessions() -> Any:
    """Sessions with their service."""
    return Session.objects.select_related("service")
