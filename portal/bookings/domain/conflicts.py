"""Places that a person has already: one in a session at most, and two at a time only when somebody means it."""

from collections.abc import Collection

from portal.bookings.enums import HOLDS_PLACE, UPCOMING
from portal.bookings.errors import AlreadyBooked, TimesOverlap
from portal.bookings.models import Booking, Session
from portal.caregivers.models import CareRecipient


def place_of(care_recipient: CareRecipient, session: Session) -> Booking | None:
    """The booking that holds a place in `session` for this person, if any."""
    return Booking.objects.filter(care_recipient=care_recipient, session=session, status__in=HOLDS_PLACE).first()


def overlapping(care_recipient: CareRecipient, session: Session) -> list[Booking]:
    """This person's bookings of other sessions that run at the same time, the earliest first."""
    return list(
        Booking.objects.with_details()
        .filter(care_recipient=care_recipient, status__in=UPCOMING)
        .filter(session__starts_at__lt=session.ends_at, session__ends_at__gt=session.starts_at)
        .exclude(session=session)
        .order_by("session__starts_at", "pk")
    )


def overlaps_of(session: Session) -> list[Booking]:
    """What the people who are booked in `session` have at the same time in other sessions, by name; one query.

    Staff may move a session onto another one that somebody booked: this tells them whose times now overlap.
    """
    people = Booking.objects.filter(session=session, status__in=UPCOMING).values("care_recipient")
    return list(
        Booking.objects.with_details()
        .filter(care_recipient__in=people, status__in=UPCOMING)
        .filter(session__starts_at__lt=session.ends_at, session__ends_at__gt=session.starts_at)
        .exclude(session=session)
        .order_by("care_recipient__full_name", "session__starts_at", "pk")
    )


def refuse_conflicts(
    care_recipient: CareRecipient, session: Session, *, accepted: Collection[str] = (), moving: Booking | None = None
) -> None:
    """Call it with the session locked. `moving` is the booking whose place is given up for this one.

    Raises AlreadyBooked; TimesOverlap unless the references of all overlapping bookings are in `accepted`.
    """
    existing = place_of(care_recipient, session)
    if existing is not None:
        raise AlreadyBooked(existing)
    others = [booking for booking in overlapping(care_recipient, session) if booking != moving]
    if not {booking.reference for booking in others} <= set(accepted):
        raise TimesOverlap(others)
