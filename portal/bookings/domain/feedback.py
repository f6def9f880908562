"""How a session was: asked for once, the day after; given by the caregiver, and changed for two weeks."""

from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat

from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.bookings.enums import BookingStatus
from portal.bookings.errors import FeedbackClosed
from portal.bookings.messages import FEEDBACK_INVITED
from portal.bookings.models import Booking, Feedback
from portal.common import clock, when
from portal.notifications.domain import send
from portal.notifications.models import Notification

CHANGEABLE: Final = timedelta(days=14)
ASK_FROM_HOUR: Final = 10
ASK_WITHIN: Final = timedelta(days=7)  # attendance may be marked late
LONGEST_SESSION: Final = timedelta(days=14)
AT_ONCE: Final = 500
_KEY: Final = f"{FEEDBACK_INVITED.key}:booking:"


def feedback_on(booking: Booking) -> Feedback | None:
    """What was said of the session."""
    given: Feedback | None = Feedback.objects.filter(booking=booking).first()
    return given


def can_give_feedback(booking: Booking, given: Feedback | None) -> bool:
    """After a session that was attended; for two weeks once it was given."""
    if booking.status != BookingStatus.COMPLETED:
        return False
    return given is None or given.created_at > clock.now() - CHANGEABLE


@transaction.atomic
def give_feedback(booking: Booking, *, rating: int, would_book_again: bool, comment: str, cause: Cause) -> Feedback:
    """Write it, or write it anew. Raises FeedbackClosed."""
    locked = Booking.objects.select_for_update(no_key=True).get(pk=booking.pk)
    given = feedback_on(locked)
    if not can_give_feedback(locked, given):
        raise FeedbackClosed
    feedback = given or Feedback(booking=locked)
    feedback.rating, feedback.would_book_again, feedback.comment = rating, would_book_again, comment
    feedback.changed_at = clock.now()
    feedback.save()
    record("feedback.changed" if given else "feedback.given", feedback, cause=cause, data={"booking": locked.pk})
    return feedback


def ask_for_feedback() -> int:
    """Email once for each attended session, from ten in the service's morning the day after; returns how many."""
    moment = clock.now()
    asked = Notification.objects.filter(dedupe_key=Concat(Value(_KEY), Cast(OuterRef("pk"), CharField())))
    recent = Booking.objects.filter(
        ~Exists(asked),
        status=BookingStatus.COMPLETED,
        feedback=None,
        session__starts_at__gt=moment - ASK_WITHIN - LONGEST_SESSION,
        session__ends_at__gt=moment - ASK_WITHIN,
        session__ends_at__lte=moment,
    )
    due = [booking for booking in recent.with_details().order_by("session__ends_at")[:AT_ONCE] if _is_due(booking)]
    for booking in due:
        _ask(booking)
    return len(due)


def _is_due(booking: Booking) -> bool:
    local = clock.now().astimezone(ZoneInfo(booking.session.service.time_zone))
    day_after = booking.session.ends_local.date() + timedelta(days=1)
    return (local.date(), local.hour) >= (day_after, ASK_FROM_HOUR)


def _ask(booking: Booking) -> None:
    user, session = booking.caregiver.user, booking.session
    values = {
        "name": user.first_name or user.email,
        "service": session.service.name,
        "date": when.full_day(session.starts_local),
        "person": booking.care_recipient.full_name,
        "reference": booking.reference,
        "url": f"/bookings/{booking.reference}/feedback/",
    }
    with transaction.atomic():
        key = f"{_KEY}{booking.pk}"
        send(FEEDBACK_INVITED, to=user, context=values, dedupe_key=key, about=f"booking:{booking.pk}")
