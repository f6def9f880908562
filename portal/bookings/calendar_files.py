"""Calendar entries: the file of one booking, links that fill in somebody else's calendar, and a private feed.

A booking keeps one UID for life, and its SEQUENCE grows with each change, so that a calendar takes the newer file for
the same entry: it moves it, or strikes it out.
"""

from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from portal.bookings.domain.history import last_change
from portal.bookings.enums import OVER, BookingStatus, SessionStatus
from portal.bookings.models import Booking
from portal.common import when

REMINDER: Final = timedelta(days=-1)
GOOGLE: Final = "https://calendar.google.com/calendar/render"
OUTLOOK: Final = "https://outlook.live.com/calendar/0/deeplink/compose"
REFRESH: Final = "PT1H"


def calendar_file(booking: Booking, organisation: str) -> bytes:
    """The booking as an iCalendar file: as an entry, or as the end of one."""
    is_over = booking.status in OVER or booking.session.status == SessionStatus.CANCELLED
    changed_at = last_change(booking)
    event = _event(booking, f"{booking.session.service.name} ({organisation})", changed_at)
    event.add("sequence", _sequence(booking, changed_at))
    event.add("location", booking.where)
    event.add("description", _description(booking))
    event.add("status", _status(booking, is_over=is_over))
    if not is_over:
        event.add_component(_reminder(booking.session.service.name))
    return _calendar([event], str(booking.session.service.time_zone), method="CANCEL" if is_over else "PUBLISH")


def feed(bookings: list[Booking], organisation: str) -> bytes:
    """Times and links alone, for a calendar that somebody else may look into. The same bytes while nothing changes."""
    events = []
    for booking in bookings:
        event = _event(booking, _("Care booking"), booking.confirmed_at or booking.created_at)
        event.add("status", _status(booking, is_over=False))
        events.append(event)
    return _calendar(events, "", method="PUBLISH", name=organisation)


def google_link(booking: Booking) -> str:
    """A page of Google Calendar that is filled in; it names nobody."""
    session = booking.session
    values = {
        "action": "TEMPLATE",
        "text": session.service.name,
        "dates": f"{session.starts_at:%Y%m%dT%H%M%SZ}/{session.ends_at:%Y%m%dT%H%M%SZ}",
        "ctz": session.service.time_zone,
        "details": address_of(booking),
        "location": session.service.location,
    }
    return f"{GOOGLE}?{urlencode(values)}"


def outlook_link(booking: Booking) -> str:
    """A page of Outlook that is filled in; it names nobody."""
    session = booking.session
    values = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": session.service.name,
        "startdt": f"{session.starts_at:%Y-%m-%dT%H:%M:%SZ}",
        "enddt": f"{session.ends_at:%Y-%m-%dT%H:%M:%SZ}",
        "body": address_of(booking),
        "location": session.service.location,
    }
    return f"{OUTLOOK}?{urlencode(values)}"


def address_of(booking: Booking) -> str:
    """The booking's page, with the site's address."""
    return f"{settings.BASE_URL}{reverse('home:booking', args=[booking.reference])}"


def _event(booking: Booking, summary: str, changed_at: datetime) -> Event:
    event = Event()
    event.add("uid", f"{booking.reference}@caregiver-portal")
    event.add("summary", summary)
    start, end = booking.session.starts_local, booking.session.ends_local
    if when.comes_twice(start) or when.comes_twice(end):  # a file has no way to say which of the two
        start, end = start.astimezone(UTC), end.astimezone(UTC)
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("dtstamp", changed_at)
    event.add("url", address_of(booking))
    return event


def _sequence(booking: Booking, changed_at: datetime) -> int:
    """Tenths of a second from when it was made to its latest change: grows with each, and fits a calendar's number."""
    return int((changed_at - booking.created_at).total_seconds() * 10)


def _status(booking: Booking, *, is_over: bool) -> str:
    if is_over:
        return "CANCELLED"
    return "TENTATIVE" if booking.status == BookingStatus.AWAITING_DEPOSIT else "CONFIRMED"


def _description(booking: Booking) -> str:
    return _("For %(person)s. Booking reference %(reference)s: %(address)s") % {
        "person": booking.care_recipient.full_name,
        "reference": booking.reference,
        "address": address_of(booking),
    }


def _reminder(summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", REMINDER)
    alarm.add("description", summary)
    return alarm


def _calendar(events: list[Event], zone: str, *, method: str, name: str = "") -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Caregiver Portal//Bookings//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    if zone:
        calendar.add("x-wr-timezone", zone)
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("x-published-ttl", REFRESH)
    for event in events:
        calendar.add_component(event)
    if events:
        first = min(event.start for event in events).date() - timedelta(days=365)
        last = max(event.end for event in events).date() + timedelta(days=365)
        calendar.add_missing_timezones(first_date=first, last_date=last)
    return bytes(calendar.to_ical())
