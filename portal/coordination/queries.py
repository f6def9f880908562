"""Read-only queries of the care coordinators' pages."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from payments.domain.pricing import balance_due
from portal.bookings.enums import HOLDS_PLACE, OWES_BALANCE, BookingStatus
from portal.bookings.models import Booking, Session, SessionChange


@dataclass(frozen=True, slots=True)
class AttendanceRow:
    """A booking in the attendance list; `balance` in minor units."""

    booking: Booking
    person: str
    caregiver: str
    phone: str
    care_notes: str
    notes: str
    status_label: str
    can_be_marked: bool
    balance: int


def sessions_on(day: date) -> list[Session]:
    """Sessions that begin on `day` in their own service's time zone, by time."""
    midnight = datetime.combine(day, time(), UTC)
    around = (midnight - timedelta(days=1), midnight + timedelta(days=2))
    found = Session.objects.filter(starts_at__range=around).select_related("service").order_by("starts_at", "pk")
    return [session for session in found if session.starts_local.date() == day]


def next_day_with_sessions(day: date) -> date | None:
    """The first day after `day` on which a session begins, in its service's own time zone; None without one."""
    midnight = datetime.combine(day, time(), UTC)
    later = Session.objects.filter(starts_at__gte=midnight).select_related("service").order_by("starts_at")[:50]
    return next((s.starts_local.date() for s in later if s.starts_local.date() > day), None)


def attendance_of(session: Session) -> list[AttendanceRow]:
    """Who has a place, by name; two queries."""
    bookings = (
        Booking.objects.filter(session=session, status__in=HOLDS_PLACE)
        .with_details()
        .prefetch_related("payments")
        .order_by("care_recipient__full_name", "pk")
    )
    return [_row(booking) for booking in bookings]


def _row(booking: Booking) -> AttendanceRow:
    open_for_marks = booking.status in OWES_BALANCE
    return AttendanceRow(
        booking=booking,
        person=booking.care_recipient.full_name,
        caregiver=str(booking.caregiver),
        phone=booking.caregiver.phone,
        care_notes=booking.care_recipient.care_notes,
        notes=booking.notes,
        status_label=str(BookingStatus(booking.status).label),
        can_be_marked=open_for_marks,
        balance=balance_due(booking) if open_for_marks else 0,
    )


def change_of(session: Session) -> SessionChange | None:
    """The last thing staff did to it as a whole."""
    return session.changes.order_by("-requested_at", "-pk").first()
