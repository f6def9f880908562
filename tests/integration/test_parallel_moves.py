"""Many bookings move at once: the last place goes to one, and opposite moves do not wait for each other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from payments.domain.reschedule import move_to_session
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.bookings.domain.transitions import transition
from portal.bookings.enums import BookingStatus
from portal.bookings.errors import SessionFull, TimesOverlap
from portal.bookings.models import Booking, Session
from portal.common import clock
from portal.notifications.models import Notification
from tests.factories import BookingFactory, CareRecipientFactory, ServiceFactory, SessionFactory

pytestmark = pytest.mark.django_db(transaction=True)
BY = Actor.system(SystemActor.SETTLEMENT)


def confirmed(session: Session) -> Booking:
    return transition(BookingFactory(session=session).pk, to=BookingStatus.CONFIRMED, cause=Cause(BY, Source.STAFF))


def at_once(moves: list[tuple[Booking, Session]]) -> list[str]:
    """The outcome of each move, all started together."""
    together = Barrier(len(moves))

    def attempt(chosen: tuple[Booking, Session]) -> str:
        booking, target = chosen
        together.wait(30)
        try:
            move_to_session(
                booking.pk, from_session=booking.session_id, to_session=target.pk, cause=Cause(BY, Source.CAREGIVER)
            )
        except SessionFull:
            return "full"
        except TimesOverlap:
            return "overlaps"
        finally:
            connection.close()
        return "moved"

    with ThreadPoolExecutor(len(moves)) as pool:
        return sorted(pool.map(attempt, moves))


def session_in(days: int, service: object, capacity: int) -> Session:
    return SessionFactory(service=service, starts_at=clock.now() + timedelta(days=days), capacity=capacity)


def test_the_last_place_goes_to_one_of_eight_who_move_there() -> None:
    service = ServiceFactory()
    origin, target = session_in(9, service, 8), session_in(8, service, 1)
    bookings = [confirmed(origin) for _ in range(8)]

    assert at_once([(booking, target) for booking in bookings]) == ["full"] * 7 + ["moved"]

    held = dict(Session.objects.values_list("pk", "held"))
    assert held == {origin.pk: 7, target.pk: 1}
    assert Booking.objects.filter(session=target).count() == 1
    assert Notification.objects.filter(template="booking_moved").count() == 1


def test_moves_in_opposite_directions_all_end() -> None:
    service = ServiceFactory()
    first, second = session_in(8, service, 20), session_in(9, service, 20)
    there = [(confirmed(first), second) for _ in range(5)]
    back = [(confirmed(second), first) for _ in range(5)]

    assert at_once([*there, *back]) == ["moved"] * 10

    assert dict(Session.objects.values_list("pk", "held")) == {first.pk: 5, second.pk: 5}


def test_one_booking_sent_to_two_sessions_at_once_takes_one_place() -> None:
    service = ServiceFactory()
    origin, left, right = session_in(8, service, 4), session_in(9, service, 4), session_in(10, service, 4)
    booking = confirmed(origin)
    together = Barrier(2)

    def attempt(target: Session) -> bool:
        together.wait(30)
        try:
            move_to_session(booking.pk, from_session=origin.pk, to_session=target.pk, cause=Cause(BY, Source.CAREGIVER))
        except Exception:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, (left, right))) == [False, True]
    assert sorted(Session.objects.values_list("held", flat=True)) == [0, 0, 1]


def test_two_bookings_of_one_person_moved_to_one_time_at_once_are_asked_about() -> None:
    service, person = ServiceFactory(), CareRecipientFactory()
    morning = session_in(8, service, 4)
    targets = [morning, SessionFactory(service=service, starts_at=morning.starts_at + timedelta(hours=1))]
    for days in (11, 13, 15):
        bookings = [
            transition(
                BookingFactory(session=session_in(days + more, service, 4), care_recipient=person).pk,
                to=BookingStatus.CONFIRMED, cause=Cause(BY, Source.STAFF),
            )
            for more in (0, 1)
        ]  # fmt: skip
        assert at_once(list(zip(bookings, targets, strict=True))) == ["moved", "overlaps"]  # type: ignore[arg-type]
        Booking.objects.all().update(status=BookingStatus.CANCELLED)
