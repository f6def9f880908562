"""Staff cancel a session, or move it to another time. The change and the task to see to everybody are one write."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.bookings.enums import ATTENDANCE, UPCOMING, SessionChangeKind, SessionStatus
from portal.bookings.errors import SessionChangeRefused
from portal.bookings.models import Booking, Session, SessionChange
from portal.common import clock
from portal.common.task_queue import enqueue_on_commit

WORKER = "payments.tasks.process_session_changes"


@transaction.atomic
def cancel_session(session_id: int, *, cause: Cause, message: str = "") -> SessionChange:
    """Cancel it: from here on nothing can be booked or paid in it, and a worker cancels each booking.

    Raises SessionChangeRefused when it is cancelled already, or somebody is marked in its register.
    """
    session = _locked(session_id)
    if Booking.objects.filter(session=session, status__in=ATTENDANCE).exists():
        raise SessionChangeRefused(_("Attendance has been marked for this session. Clear it first."))
    session.status = SessionStatus.CANCELLED
    session.save(update_fields=["status"])
    return _noted(SessionChange(session=session, kind=SessionChangeKind.CANCELLED, message=message), cause)


@transaction.atomic
def move_session(
    session_id: int, *, seen_starts_at: datetime, starts_at: datetime, cause: Cause, message: str = ""
) -> SessionChange:
    """Move it to `starts_at` (UTC), as long as before; everybody is told and may cancel free of charge.

    Raises SessionChangeRefused: cancelled, begun, moved meanwhile, not in the future, or the time is taken.
    """
    session = _locked(session_id)
    before = session.starts_at
    _check_move(session, seen_starts_at, starts_at)
    session.starts_at, session.ends_at = starts_at, starts_at + (session.ends_at - before)
    session.save(update_fields=["starts_at", "ends_at"])
    change = SessionChange(
        session=session, kind=SessionChangeKind.MOVED, from_starts_at=before, to_starts_at=starts_at, message=message
    )
    return _noted(change, cause)


def _locked(session_id: int) -> Session:
    session = Session.objects.select_for_update(no_key=True, of=("self",)).select_related("service").get(pk=session_id)
    if session.status == SessionStatus.CANCELLED:
        raise SessionChangeRefused(_("This session has already been cancelled."))
    return session


def _check_move(session: Session, seen_starts_at: datetime, starts_at: datetime) -> None:
    if session.starts_at != seen_starts_at:
        raise SessionChangeRefused(_("This session has changed since you opened this page. Check it and try again."))
    if session.starts_at <= clock.now():
        raise SessionChangeRefused(_("This session has started, so it can’t be moved."))
    if starts_at <= clock.now():
        raise SessionChangeRefused(_("Choose a time in the future."))
    if starts_at == session.starts_at:
        raise SessionChangeRefused(_("The session is already at this time. Choose a different one."))
    if Session.objects.filter(service=session.service_id, starts_at=starts_at).exists():
        raise SessionChangeRefused(_("There’s already a session for this service at that time."))


def _noted(change: SessionChange, cause: Cause) -> SessionChange:
    change.actor_kind, change.actor_id = cause.actor.kind, cause.actor.id
    change.total = Booking.objects.filter(session=change.session_id, status__in=UPCOMING).count()
    change.save()
    record(
        f"session.{change.kind}",
        change.session,
        cause=cause,
        data={"change": change.pk, "bookings": change.total},
    )
    enqueue_on_commit(WORKER)
    return change
