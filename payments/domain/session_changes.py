"""Seeing to everybody who booked a session that staff cancelled or moved: one booking a transaction.

What is left to do is read from the bookings themselves, so a worker that dies goes on where it stopped.
"""

import logging
from datetime import timedelta
from typing import Final

from django.db import transaction

from payments.domain import notify
from payments.domain.cancellation import NotCancellable, cancel
from portal.audit.actor import Actor, ActorKind, Cause, Source
from portal.audit.domain import record
from portal.bookings.domain.transitions import locked
from portal.bookings.enums import UPCOMING, BookingStatus, SessionChangeKind
from portal.bookings.models import Booking, SessionChange
from portal.common import clock
from portal.common.leases import back_off, claim

logger = logging.getLogger("payments.session_changes")
LEASE: Final = timedelta(minutes=5)


def process_session_changes(limit: int = 10) -> int:
    """Work on the changes that are due; returns how many were finished."""
    due = claim(SessionChange.objects.filter(finished_at__isnull=True), limit=limit, lease=LEASE)
    return sum(_see_to(change) for change in due)


def _see_to(change: SessionChange) -> bool:
    cause = Cause(Actor(ActorKind(change.actor_kind), change.actor_id), Source.STAFF)
    see_to = _cancel if change.kind == SessionChangeKind.CANCELLED else _tell_of_move
    for booking_id in change.remaining().order_by("pk").values_list("pk", flat=True):
        try:
            see_to(change, booking_id, cause)
        except Exception:  # whatever one booking breaks on, the others are seen to, and this one again later
            logger.exception("a booking of a changed session is seen to later", extra={"booking": booking_id})
    return _finish(change)


def _finish(change: SessionChange) -> bool:
    moment = clock.now()
    changes = SessionChange.objects.filter(pk=change.pk)
    if change.remaining().exists():
        wait = back_off(change.attempts, first=timedelta(seconds=15), longest=timedelta(minutes=10))
        changes.update(due_at=moment + wait, leased_until=None)
        return False
    changes.update(finished_at=moment, leased_until=None)
    return True


def _cancel(change: SessionChange, booking_id: int, cause: Cause) -> None:
    """Everything paid comes back: the terms say so of a cancelled session. KEPT ones go on in the release's sweep."""
    booking = Booking.objects.with_details().get(pk=booking_id)
    try:
        cancel(booking, cause=cause)
    except NotCancellable:  # somebody was quicker
        logger.info("cancelled meanwhile", extra={"booking": booking_id})


@transaction.atomic
def _tell_of_move(change: SessionChange, booking_id: int, cause: Cause) -> None:
    booking = locked(booking_id)
    if booking.status not in UPCOMING or booking.session_id != change.session_id:
        return
    booking.terms_waived_at = clock.now()
    if booking.status == BookingStatus.AWAITING_DEPOSIT and booking.hold_expires_at is not None:
        booking.hold_expires_at = min(booking.hold_expires_at, booking.session.starts_at)
    booking.save(update_fields=["terms_waived_at", "hold_expires_at"])
    record("booking.terms_waived", booking, cause=cause, data={"change": change.pk})
    notify.session_moved(booking, change)
