"""Read-only queries of the care coordinators' pages."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q

from payments.domain.pricing import balance_due
from payments.messages import BOOKING_CANCELLED, SESSION_CANCELLED, SESSION_MOVED
from portal.bookings.enums import (
    HOLDS_PLACE,
    OWES_BALANCE,
    UPCOMING,
    BookingStatus,
    SessionChangeKind,
    SessionStatus,
)
from portal.bookings.models import Booking, BookingTransition, Session, SessionChange
from portal.notifications.models import Notification

LONGEST: Final = timedelta(days=16)  # a service's sessions are two weeks at most, and zones are a day apart


@dataclass(frozen=True, slots=True)
class AttendanceRow:
    """A booking in the attendance list; `balance` in minor units."""

    booking: Booking
    person: str
    caregiver: str
    phone: str
    care_notes: str
    access_needs: str
    notes: str
    emergency: str
    status_label: str
    can_be_marked: bool
    balance: int


@dataclass(frozen=True, slots=True)
class Register:
    """A session with who comes; nobody once it is cancelled."""

    session: Session
    rows: list[AttendanceRow]


@dataclass(frozen=True, slots=True)
class AffectedBooking:
    """A booking of a session that was cancelled or moved, with the email that says so and what goes back."""

    booking: Booking
    told: Notification | None
    refunded: int


def sessions_on(day: date) -> list[Session]:
    """Sessions that begin on `day` in their own service's time zone, or are under way on it, by time."""
    midnight = datetime.combine(day, time(), UTC)
    begun = Session.objects.filter(starts_at__range=(midnight - LONGEST, midnight + timedelta(days=2)))
    around = begun.filter(ends_at__gt=midnight - timedelta(days=1)).select_related("service")
    return [session for session in around.order_by("starts_at", "pk") if _is_on(session, day)]


def _is_on(session: Session, day: date) -> bool:
    """Whether it takes any of `day`; one that ends at midnight takes none of the day that begins then."""
    last = session.ends_local - timedelta(microseconds=1)
    return session.starts_local.date() <= day <= last.date()


def next_day_with_sessions(day: date) -> date | None:
    """The first day after `day` on which a session begins, in its service's own time zone; None without one."""
    midnight = datetime.combine(day, time(), UTC)
    later = Session.objects.filter(starts_at__gte=midnight).select_related("service").order_by("starts_at")[:50]
    return next((s.starts_local.date() for s in later if s.starts_local.date() > day), None)


def attendance_of(session: Session) -> list[AttendanceRow]:
    """Who has a place, by name; two queries."""
    return [_row(booking) for booking in _coming().filter(session=session)]


def register_of(day: date) -> list[Register]:
    """Every session that takes any of `day`, with who comes, by time and name; three queries."""
    sessions, rows = sessions_on(day), defaultdict[int, list[AttendanceRow]](list)
    running = [session.pk for session in sessions if session.status != SessionStatus.CANCELLED]
    for booking in _coming().filter(session__in=running):
        rows[booking.session_id].append(_row(booking))
    return [Register(session, rows[session.pk]) for session in sessions]


def affected_by(change: SessionChange) -> list[AffectedBooking]:
    """Who had a place when the session was cancelled or moved, by name, whatever became of it since."""
    bookings = Booking.objects.filter(session=change.session_id).with_details().prefetch_related("payments")
    since = change.requested_at
    if change.kind == SessionChangeKind.CANCELLED:
        cancelled = BookingTransition.objects.filter(
            booking=OuterRef("pk"), to_status=BookingStatus.CANCELLED, occurred_at__gte=since
        )
        affected = bookings.filter(Q(Exists(cancelled)) | Q(status__in=UPCOMING))
    else:
        affected = bookings.filter(Q(terms_waived_at__gte=since) | Q(status__in=UPCOMING, created_at__lt=since))
    found = list(affected.order_by("care_recipient__full_name", "pk"))
    told = _told([f"booking:{booking.pk}" for booking in found], since)
    return [
        AffectedBooking(
            booking,
            told.get(f"booking:{booking.pk}"),
            sum(p.refunded_amount + p.pending_refund_amount for p in booking.payments.all()),
        )
        for booking in found
    ]


def _told(subjects: list[str], since: datetime) -> dict[str, Notification]:
    """The last email about each since then that says what became of the session."""
    said = (SESSION_CANCELLED.key, SESSION_MOVED.key, BOOKING_CANCELLED.key)
    emails = Notification.objects.filter(about__in=subjects, template__in=said, created_at__gte=since)
    return {email.about: email for email in emails.order_by("pk")}


def _coming() -> Any:
    bookings = Booking.objects.filter(status__in=HOLDS_PLACE).with_details().prefetch_related("payments")
    return bookings.order_by("care_recipient__full_name", "pk")


def _row(booking: Booking) -> AttendanceRow:
    open_for_marks, person = booking.status in OWES_BALANCE, booking.care_recipient
    return AttendanceRow(
        booking=booking,
        person=person.full_name,
        caregiver=str(booking.caregiver),
        phone=str(booking.caregiver.phone),
        care_notes=person.care_notes,
        access_needs=person.access_needs,
        notes=booking.notes,
        emergency=", ".join(part for part in (person.emergency_name, str(person.emergency_phone)) if part),
        status_label=str(BookingStatus(booking.status).label),
        can_be_marked=open_for_marks,
        balance=balance_due(booking) if open_for_marks else 0,
    )


def change_of(session: Session) -> SessionChange | None:
    """The last thing staff did to it as a whole."""
    return session.changes.order_by("-requested_at", "-pk").first()
