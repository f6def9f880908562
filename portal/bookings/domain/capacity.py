"""`Session.held` moves here alone, by conditional UPDATE.

The condition names columns of the session only: with a join Django puts it into a subquery, which PostgreSQL does
not look at again after waiting for the row's lock, and the place would be sold twice (the CHECK would stop it, with
an error).
"""

from django.db.models import F

from portal.bookings.enums import SessionStatus
from portal.bookings.errors import SessionFull, SessionNotBookable
from portal.bookings.models import Session
from portal.common import clock


def take_place(session_id: int) -> None:
    """Hold one place. Raises SessionFull, or SessionNotBookable when closed, cancelled, begun or not offered."""
    if not Session.objects.filter(pk=session_id, service__active=True).exists():
        raise SessionNotBookable
    bookable = Session.objects.filter(pk=session_id, status=SessionStatus.OPEN, starts_at__gt=clock.now())
    if not bookable.filter(held__lt=F("capacity")).update(held=F("held") + 1):
        raise SessionFull if bookable.exists() else SessionNotBookable


def give_place_back(session_id: int) -> None:
    """Free one place."""
    Session.objects.filter(pk=session_id).update(held=F("held") - 1)
