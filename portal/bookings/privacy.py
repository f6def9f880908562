"""Bookings stay, for the accounts and the figures; what the caregiver wrote on them goes."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.bookings.domain import clearing
from portal.bookings.enums import UPCOMING
from portal.bookings.models import Answer, Booking, CalendarFeed, Feedback
from portal.common import clock
from portal.common.retention import Retention
from portal.notifications.privacy import erase_about

RETENTION_NOTICE = _(
    "Your bookings: service, time, person, notes, price, your feedback, and your answers to a service’s questions. "
    "Without names, notes and answers we keep them for our accounts."
)
RETENTION = (
    Retention(
        "bookings",
        what=_("Your bookings: service, time, who it was for, price"),
        why=_("To provide the care you booked, and for our accounts, which the law makes us keep."),
        until=_("Until your account is erased; then without names"),
    ),
    Retention(
        "booking_notes",
        what=_("Your notes on a booking"),
        why=_("So that our carers know about the day; counted from the session."),
        days=365,
        trims=(clearing.booking_notes,),
        goes_on=False,
    ),
    Retention(
        "removed_people",
        what=_("What you told us about someone you removed from your list"),
        why=_("In case you removed them by mistake, or a booking is still ahead."),
        days=30,
        trims=(clearing.removed_people, clearing.answers_about_removed_people),
        goes_on=False,
    ),
    Retention(
        "feedback_comments",
        what=_("What you wrote in your feedback on a session"),
        why=_("So that we can do better. How you rated the session is kept with the booking, without your name."),
        days=730,
        trims=(clearing.feedback_comments,),
    ),
    Retention(
        "unverified_accounts",
        what=_("An account whose email address was never confirmed, without a booking"),
        why=_("So that you can still confirm it."),
        days=14,
        trims=(clearing.unverified_accounts,),
        goes_on=False,
    ),
    Retention(
        "unused_accounts",
        what=_("An account that never booked; counted from when you last signed in. We email you a month before"),
        why=_("So that you can come back to it."),
        days=clearing.UNUSED_DAYS,
        trims=(clearing.unused_accounts,),
        goes_on=False,
    ),
    Retention(
        "former_caregivers",
        what=_("An account with bookings; counted from your last sign-in and session. We email you a month before"),
        why=_("Our accounts have to be kept for six years, and questions about a booking can come up."),
        days=clearing.FORMER_DAYS,
        trims=(clearing.former_caregivers,),
        goes_on=False,
    ),
)


def export(user: User) -> list[dict[str, Any]]:
    """The person's bookings, each with what they answered and said of it."""
    bookings = Booking.objects.filter(caregiver__user=user).with_details().select_related("feedback")
    bookings = bookings.prefetch_related("care_recipient__answers__question")
    feeds = CalendarFeed.objects.filter(caregiver__user=user)
    told: list[dict[str, Any]] = [
        {
            "reference": booking.reference,
            "service": booking.session.service.name,
            "starts": booking.session.starts_local.isoformat(),
            "for": booking.care_recipient.full_name,
            "status": booking.get_status_display(),
            "notes": booking.notes,
            "price": booking.price_amount,
            "deposit": booking.deposit_amount,
            "currency": booking.currency,
            "made": booking.created_at.isoformat(),
            "answers": _answers(booking),
            "feedback": _feedback(booking),
        }
        for booking in bookings.order_by("pk")
    ]
    return [*told, *({"calendar_link_made": feed.created_at.isoformat()} for feed in feeds)]


def _answers(booking: Booking) -> dict[str, str]:
    answers = booking.care_recipient.answers.all()
    service = booking.session.service_id
    return {answer.question.label: answer.shown for answer in answers if answer.question.service_id == service}


def _feedback(booking: Booking) -> dict[str, Any]:
    given: Feedback | None = getattr(booking, "feedback", None)
    if given is None:
        return {}
    return {"rating": given.rating, "would_book_again": given.would_book_again, "comment": given.comment}


def erase(user: User) -> None:
    """Notes, answers, feedback and the calendar’s address go, and the words of every email about these bookings."""
    CalendarFeed.objects.filter(caregiver__user=user).delete()
    bookings = Booking.objects.filter(caregiver__user=user)
    erase_about(f"booking:{pk}" for pk in bookings.values_list("pk", flat=True))
    bookings.update(notes="")
    Feedback.objects.filter(booking__caregiver__user=user).update(comment="")
    Answer.objects.filter(care_recipient__caregiver__user=user).delete()


def erasure_blockers(user: User) -> Sequence[str]:
    """A booking that is still ahead."""
    ahead = Booking.objects.filter(
        caregiver__user=user, status__in=UPCOMING, session__ends_at__gt=clock.now()
    ).values_list("reference", flat=True)
    sentence = gettext("Booking %(reference)s is still ahead. Cancel it first, or ask again after it.")
    return [sentence % {"reference": reference} for reference in ahead]
