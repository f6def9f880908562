"""Bookings that stand: they keep a person on their caregiver's list."""

from django.utils.translation import gettext as _

from portal.bookings.enums import UPCOMING
from portal.bookings.models import Booking
from portal.caregivers.models import CareRecipient
from portal.common import clock, when


def bookings_of_person(person: CareRecipient) -> list[str]:
    """A sentence for each booking of theirs that is not over, soonest first."""
    standing = Booking.objects.filter(care_recipient=person, status__in=UPCOMING, session__ends_at__gt=clock.now())
    return [_sentence(booking) for booking in standing.with_details().order_by("session__starts_at")]


def _sentence(booking: Booking) -> str:
    session = booking.session
    words = {
        "service": session.service.name,
        "time": when.session_time(session.starts_local, session.ends_local),
        "reference": booking.reference,
    }
    return _("%(service)s, %(time)s (booking %(reference)s)") % words
