"""What a caregiver tells us about a booking, for its page: details and notes before the session, feedback after it."""

from typing import Any

from django.urls import reverse

from portal.bookings.domain.details import details_wanted, may_tell
from portal.bookings.domain.feedback import can_give_feedback, feedback_on
from portal.bookings.domain.notes import can_change_notes
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking


def told(booking: Booking) -> dict[str, Any]:
    """The context of home/booking/_ask.html and _told.html; two queries before a session, one after it."""
    given = feedback_on(booking) if booking.status == BookingStatus.COMPLETED else None
    may_give = can_give_feedback(booking, given)
    return {
        "details_wanted": details_wanted(booking),
        "details_url": _url("details", booking) if may_tell(booking) else "",
        "notes": booking.notes,
        "can_change_notes": can_change_notes(booking),
        "notes_url": _url("notes", booking),
        "feedback": given,
        "feedback_wanted": may_give and given is None,
        "can_change_feedback": may_give,
        "feedback_url": _url("feedback", booking),
    }


def _url(page: str, booking: Booking) -> str:
    return reverse(f"home:{page}", args=[booking.reference])
