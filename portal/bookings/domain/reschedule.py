"""A booking goes to another session of its service: both places change hands in one transaction.

Price, deposit and policy stay those it was made with, and so does the promise that everything comes back, which we make
when we move a session ourselves.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.bookings.domain.capacity import give_place_back, take_place
from portal.bookings.domain.conflicts import refuse_conflicts
from portal.bookings.domain.policy import free_until
from portal.bookings.enums import BookingStatus, SessionStatus
from portal.bookings.errors import MoveRefused
from portal.bookings.models import Booking, Session
from portal.caregivers.models import Caregiver
from portal.common import clock

CHANGED = _("This booking has changed since you opened this page. Check it and try again.")
TOO_LATE = _("It’s too late to move this booking online. Please contact us.")
OTHER_SERVICE = _("Choose another session of the same service.")


def movable_until(booking: Booking) -> datetime | None:
    """Until when the caregiver may move it (UTC): as long as cancelling would return everything. None: not (now)."""
    session = booking.session
    if booking.status != BookingStatus.CONFIRMED or session.status == SessionStatus.CANCELLED:
        return None
    until = free_until(booking)
    return until if until is not None and until > clock.now() else None


@transaction.atomic
def move_booking(
    booking_id: int,
    *,
    from_session: int,
    to_session: int,
    cause: Cause,
    within_terms: bool = True,
    accepted: Collection[str] = (),
) -> Booking:
    """Take a place in `to_session`, give the one in `from_session` (what the form showed) back.

    Sent twice it moves once. Staff may move it after the terms' time (`within_terms=False`).
    `accepted` as in `reserve`.
    Raises MoveRefused, AlreadyBooked, TimesOverlap, SessionFull or SessionNotBookable.
    """
    booking = _locked(booking_id, from_session, to_session)
    if booking.session_id == to_session:
        return booking
    if booking.session_id != from_session or booking.status != BookingStatus.CONFIRMED:
        raise MoveRefused(str(CHANGED))
    target = Session.objects.select_related("service").get(pk=to_session)
    if target.service_id != booking.session.service_id:
        raise MoveRefused(str(OTHER_SERVICE))
    allowed = movable_until(booking) if within_terms else booking.session.starts_at > clock.now()
    if not allowed:
        raise MoveRefused(str(TOO_LATE))
    refuse_conflicts(booking.care_recipient, target, accepted=accepted, moving=booking)
    take_place(to_session)
    give_place_back(from_session)
    booking.session = target
    booking.save(update_fields=["session"])
    record("booking.session_changed", booking, cause=cause, data={"from": from_session, "to": to_session})
    return booking


def _locked(booking_id: int, from_session: int, to_session: int) -> Booking:
    """The caregiver first, as when reserving: two bookings at one time are asked about even when both are made at once.

    Then both sessions by their numbers, so that two moves in opposite directions do not wait for each other.
    """
    Caregiver.objects.select_for_update(no_key=True, of=("self",)).get(bookings=booking_id)
    sessions = Session.objects.select_for_update(no_key=True).order_by("pk").filter(pk__in=(from_session, to_session))
    if len(sessions) != len({from_session, to_session}):
        raise MoveRefused(str(OTHER_SERVICE))
    booking = Booking.objects.select_for_update(no_key=True).get(pk=booking_id)
    booking.session = Session.objects.select_related("service").get(pk=booking.session_id)
    return booking
