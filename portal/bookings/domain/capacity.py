"""`Session.held` moves here alone, by conditional UPDATE."""

from django.db.models import F

from portal.bookings.enums import SessionStatus
from portal.bookings.errors import SessionFull, SessionNotBookable
from portal.bookings.models import Session
from portal.common import clock


def take_place(session_id: int) -> None:
    """Hold one place. Raises SessionFull, or SessionNotBookable when closed, cancelled or begun."""
    taken = Session.objects.bookable().filter(pk=session_id).update(held=F("held") + 1)
    if taken:
        return
    open_still = Session.objects.filter(
        pk=session_id, status=SessionStatus.OPEN, service__active=True, starts_at__gt=clock.now()
    ).exists()
    raise SessionFull if open_still else SessionNotBookable


def give_place_back(session_id: int) -> None:
    """Free one place."""
    Session.objects.filter(pk=session_id).update(held=F("held") - 1)
