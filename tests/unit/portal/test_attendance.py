"""The attendance register."""

from datetime import timedelta

import pytest
import time_machine

from portal.audit.actor import Actor, Cause, Source
from portal.audit.models import AuditEvent
from portal.bookings.domain.attendance import mark_attendance
from portal.bookings.domain.transitions import transition
from portal.bookings.enums import BookingStatus
from portal.bookings.errors import AttendanceChanged, AttendanceNotOpen, AttendanceTooEarly
from portal.bookings.models import Booking, Session
from portal.common import clock
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
CONFIRMED, COMPLETED, NO_SHOW = BookingStatus.CONFIRMED, BookingStatus.COMPLETED, BookingStatus.NO_SHOW


@pytest.fixture
def staff(db: None) -> Actor:
    return Actor.user(UserFactory())


@pytest.fixture
def begun(booking: Booking, staff: Actor) -> Booking:
    """Confirmed, in a session that began ten minutes ago."""
    transition(booking.pk, to=CONFIRMED, cause=Cause(staff, Source.STAFF))
    Session.objects.update(starts_at=clock.now() - timedelta(minutes=10))
    return Booking.objects.get(pk=booking.pk)


def status(booking: Booking) -> str:
    return str(Booking.objects.values_list("status", flat=True).get(pk=booking.pk))


@pytest.mark.parametrize(
    "marks", [(COMPLETED,), (NO_SHOW,), (COMPLETED, NO_SHOW), (NO_SHOW, COMPLETED), (COMPLETED, CONFIRMED, NO_SHOW)]
)
def test_it_is_marked_and_corrected_and_each_change_is_on_record(
    begun: Booking, staff: Actor, marks: tuple[BookingStatus, ...]
) -> None:
    seen = CONFIRMED
    for to in marks:
        assert mark_attendance(begun.pk, seen=seen, to=to, cause=Cause(staff, Source.STAFF))
        seen = to
    assert status(begun) == marks[-1]
    audited = AuditEvent.objects.filter(action="booking.moved", actor_id=staff.id, data__reason="attendance")
    assert [event.data["to"] for event in audited.order_by("pk")] == list(marks)
    assert Session.objects.get(pk=begun.session_id).held == 1


def test_sent_twice_it_is_marked_once(begun: Booking, staff: Actor) -> None:
    assert mark_attendance(begun.pk, seen=CONFIRMED, to=COMPLETED, cause=Cause(staff, Source.STAFF))
    assert not mark_attendance(begun.pk, seen=CONFIRMED, to=COMPLETED, cause=Cause(staff, Source.STAFF))
    assert begun.transitions.filter(to_status=COMPLETED).count() == 1


def test_a_stale_form_does_not_undo_a_colleague(begun: Booking, staff: Actor) -> None:
    mark_attendance(begun.pk, seen=CONFIRMED, to=COMPLETED, cause=Cause(staff, Source.STAFF))
    with pytest.raises(AttendanceChanged):
        mark_attendance(begun.pk, seen=CONFIRMED, to=NO_SHOW, cause=Cause(staff, Source.STAFF))
    assert status(begun) == COMPLETED


def test_it_opens_when_the_session_begins(begun: Booking, staff: Actor) -> None:
    just_before = begun.session.starts_at - timedelta(seconds=1)
    with time_machine.travel(just_before, tick=False), pytest.raises(AttendanceTooEarly):
        mark_attendance(begun.pk, seen=CONFIRMED, to=COMPLETED, cause=Cause(staff, Source.STAFF))
    with time_machine.travel(begun.session.starts_at, tick=False):
        assert mark_attendance(begun.pk, seen=CONFIRMED, to=COMPLETED, cause=Cause(staff, Source.STAFF))


@pytest.mark.parametrize("other", [BookingStatus.AWAITING_DEPOSIT, BookingStatus.CANCELLED, BookingStatus.EXPIRED])
def test_only_a_confirmed_booking_is_marked(begun: Booking, staff: Actor, other: BookingStatus) -> None:
    Booking.objects.update(status=other)
    with pytest.raises(AttendanceNotOpen):
        mark_attendance(begun.pk, seen=other, to=COMPLETED, cause=Cause(staff, Source.STAFF))


@pytest.mark.parametrize("to", [BookingStatus.CANCELLED, BookingStatus.EXPIRED, BookingStatus.AWAITING_DEPOSIT])
def test_the_register_cancels_nothing(begun: Booking, staff: Actor, to: BookingStatus) -> None:
    with pytest.raises(AttendanceNotOpen):
        mark_attendance(begun.pk, seen=CONFIRMED, to=to, cause=Cause(staff, Source.STAFF))
    assert status(begun) == CONFIRMED
