"""What can be booked (services, sessions) and what was (bookings)."""

from portal.bookings.models.booking import Booking, BookingQuerySet, BookingTransition
from portal.bookings.models.service import Availability, CancellationWindow, Service
from portal.bookings.models.session import Session, SessionQuerySet
from portal.bookings.models.session_change import SessionChange

__all__ = [
    "Availability",
    "Booking",
    "BookingQuerySet",
    "BookingTransition",
    "CancellationWindow",
    "Service",
    "Session",
    "SessionChange",
    "SessionQuerySet",
]
