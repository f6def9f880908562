"""Fifty people want the last place: one gets it, and without the guard more would."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from payments.domain.checkout import book
from portal.audit.actor import Actor, Cause, Source
from portal.bookings.domain import reserve as reserve_module
from portal.bookings.errors import AlreadyBooked, SessionFull
from portal.bookings.models import Booking, Session
from tests.factories import CareRecipientFactory, SessionFactory

PEOPLE = 50


def race(session: Session) -> list[str]:
    """The outcome for each of fifty caregivers who book at once."""
    people = [CareRecipientFactory() for _ in range(PEOPLE)]
    together = Barrier(10)

    def attempt(index: int) -> str:
        person = people[index]
        if index < 10:
            together.wait(30)
        try:
            book(
                session=session,
                caregiver=person.caregiver,
                care_recipient=person,
                cause=Cause(Actor.user(person.caregiver.user), Source.CAREGIVER),
            )
        except SessionFull:
            return "full"
        finally:
            connection.close()
        return "booked"

    with ThreadPoolExecutor(10) as pool:
        return sorted(pool.map(attempt, range(PEOPLE)))


@pytest.mark.django_db(transaction=True)
def test_exactly_one_of_fifty_gets_the_last_place() -> None:
    session = SessionFactory(capacity=1)
    assert race(session) == ["booked"] + ["full"] * 49
    session.refresh_from_db()
    assert (session.held, Booking.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_ten_tabs_of_one_family_hold_one_place_for_a_person() -> None:
    session, person = SessionFactory(capacity=10), CareRecipientFactory()
    together = Barrier(10)

    def attempt(_: int) -> str:
        together.wait(30)
        try:
            book(
                session=session,
                caregiver=person.caregiver,
                care_recipient=person,
                cause=Cause(Actor.user(person.caregiver.user), Source.CAREGIVER),
                token=uuid.uuid4(),
            )
        except AlreadyBooked:
            return "known"
        finally:
            connection.close()
        return "booked"

    with ThreadPoolExecutor(10) as pool:
        assert sorted(pool.map(attempt, range(10))) == ["booked"] + ["known"] * 9
    session.refresh_from_db()
    assert (session.held, Booking.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_without_the_guard_the_same_race_oversells(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_then_write(session_id: int) -> None:
        """What a careless booking does: look, wait a moment, then take."""
        held, capacity = Session.objects.values_list("held", "capacity").get(pk=session_id)
        if held >= capacity:
            raise SessionFull
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.05)")

    monkeypatch.setattr(reserve_module, "take_place", read_then_write)
    session = SessionFactory(capacity=1)
    assert race(session).count("booked") > 1
