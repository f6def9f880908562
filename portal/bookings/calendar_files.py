"""Calendar files."""

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from portal.bookings.models import Booking
from portal.common import clock


def calendar_file(booking: Booking, organisation: str) -> bytes:
    """The booking as an iCalendar file; the same UID each time, so importing twice updates."""
    session = booking.session
    event = Event()
    event.add("uid", f"{booking.reference}@caregiver-portal")
    event.add("summary", f"{session.service.name} ({organisation})")
    event.add("dtstart", session.starts_at)
    event.add("dtend", session.ends_at)
    event.add("dtstamp", clock.now())
    event.add("location", session.service.location)
    event.add("description", _("Booking reference %(reference)s") % {"reference": booking.reference})
    calendar = Calendar()
    calendar.add("prodid", "-//Caregiver Portal//Bookings//EN")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
