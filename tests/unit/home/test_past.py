"""Bookings that are over: by the session's date, a page at a time, narrowed; and the history of one."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from pytest_django import Settings

from payments.domain.reschedule import move_to_session
from payments.queries import history_of, payments_of
from portal.audit.actor import Actor, Cause, Source
from portal.bookings.domain.session_changes import move_session
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking, Service
from portal.caregivers.models import Caregiver, CareRecipient
from tests.factories import (
    BookingFactory,
    CaregiverFactory,
    CareRecipientFactory,
    ServiceFactory,
    SessionFactory,
    UserFactory,
)
from tests.fakes import FakeGateway
from tests.ledger import pay
from tests.pages import signed_in

pytestmark = pytest.mark.django_db


def over(person: CareRecipient, service: Service, start: datetime) -> Booking:
    """A booking that was attended at `start`."""
    session = SessionFactory(service=service)
    booking = BookingFactory(session=session, care_recipient=person)
    Booking.objects.filter(pk=booking.pk).update(status=BookingStatus.COMPLETED)
    session.starts_at, session.ends_at = start, start + timedelta(hours=3)
    session.save()
    return booking


@pytest.fixture
def family(settings: Settings) -> Caregiver:
    """Fifteen sessions of Rose's in 2024 and one of Joe's in 2025, written in no order."""
    settings.BOOKING_MAX_OPEN_HOLDS = 100
    caregiver = CaregiverFactory()
    rose, joe = (CareRecipientFactory(caregiver=caregiver, full_name=name) for name in ("Rose", "Joe"))
    respite, overnight = ServiceFactory(name="Respite care"), ServiceFactory(name="Overnight stay")
    for month in (3, 1, 2):
        for day in (2, 5, 1, 4, 3):
            over(rose, respite, datetime(2024, month, day, 10, tzinfo=UTC))
    over(joe, overnight, datetime(2025, 6, 1, 10, tzinfo=UTC))
    return caregiver


def days(caregiver: Caregiver, query: str = "") -> list[str]:
    page = signed_in(caregiver.user).get(f"/dashboard/?{query}").content.decode()
    return re.findall(r'past__when">.*?(\d+ \w+ \d{4})', page)


def test_past_bookings_come_by_the_date_of_their_session_ten_at_a_time(family: Caregiver) -> None:
    march, february = ([f"{day} {month} 2024" for day in (5, 4, 3, 2, 1)] for month in ("March", "February"))
    first = ["1 June 2025", *march, *february[:4]]
    assert days(family) == first
    assert days(family, "page=2") == ["1 February 2024", *(f"{day} January 2024" for day in (5, 4, 3, 2, 1))]
    assert days(family, "page=99") == days(family, "page=2")
    assert days(family, "page=x") == first


def test_they_are_narrowed_by_person_service_and_year(family: Caregiver) -> None:
    joe, overnight = CareRecipient.objects.get(full_name="Joe").pk, Service.objects.get(name="Overnight stay").pk
    assert days(family, f"person={joe}") == days(family, f"service={overnight}") == days(family, "year=2025")
    assert days(family, f"person={joe}") == ["1 June 2025"]
    assert days(family, f"person={joe}&year=2024") == []
    assert days(family, "person=x&service=999&year=1066") == days(family)


def test_somebody_elses_person_narrows_nothing_and_shows_nothing(family: Caregiver) -> None:
    other = over(CareRecipientFactory(full_name="Mallory"), ServiceFactory(), datetime(2024, 5, 5, tzinfo=UTC))
    assert days(family, f"person={other.care_recipient_id}") == days(family)
    assert "Mallory" not in signed_in(family.user).get("/dashboard/").content.decode()


def test_a_page_costs_the_same_however_many_there_are(family: Caregiver, django_assert_num_queries: Any) -> None:
    client = signed_in(family.user)
    client.get("/dashboard/")  # reads the site settings
    for address in ("/dashboard/", "/dashboard/?page=2"):
        with django_assert_num_queries(8):
            client.get(address)


def test_a_cancelled_booking_ahead_is_not_upcoming() -> None:
    booking = BookingFactory()
    Booking.objects.filter(pk=booking.pk).update(status=BookingStatus.CANCELLED)
    assert (Booking.objects.upcoming().count(), Booking.objects.past().count()) == (0, 1)


def test_the_history_tells_of_moves_and_payments(stripe: FakeGateway) -> None:
    with time_machine.travel(datetime(2026, 11, 2, 9, tzinfo=UTC), tick=False) as clock:
        start = datetime(2026, 11, 23, 10, tzinfo=UTC)
        booking = BookingFactory(session=SessionFactory(starts_at=start))
        clock.shift(60)
        pay(booking, stripe)
        clock.shift(60)
        target = SessionFactory(service=booking.session.service, starts_at=start + timedelta(days=1))
        by = Cause(Actor.user(booking.caregiver.user), Source.CAREGIVER)
        move_to_session(booking.pk, from_session=booking.session_id, to_session=target.pk, cause=by)
        clock.shift(60)
        move_session(
            target.pk,
            seen_starts_at=target.starts_at,
            starts_at=start + timedelta(days=2),
            cause=Cause(Actor.user(UserFactory()), Source.STAFF),
        )
        fresh = Booking.objects.get(pk=booking.pk)
        found = history_of(fresh, payments_of(fresh))
    assert [(f"{entry.at:%H:%M}", entry.label, entry.by_label) for entry in found] == [
        ("09:00", "Place held, awaiting deposit", "By you"),
        ("09:01", "Booking confirmed", "Automatic"),
        ("09:01", "Deposit: £11.25", "Paid"),
        ("09:02", "Booking moved to 10am on Tuesday 24 November", "By you"),
        ("09:03", "Booking moved to 10am on Wednesday 25 November", "By our team"),
    ]


def test_the_page_of_a_booking_has_one_leading_action(stripe: FakeGateway) -> None:
    booking = BookingFactory()
    client = signed_in(booking.caregiver.user)

    def leading() -> list[str]:
        page = client.get(f"/bookings/{booking.reference}/").content.decode().split('<div class="actions">')[1]
        links = re.findall(r'<a class="button" [^>]*>(.*?)</a>', page, re.S)
        return [re.sub(r"<svg.*?</svg>|\s+$", "", link, flags=re.S).strip() for link in links]

    assert leading() == ["Pay deposit"]
    pay(booking, stripe)
    assert leading() == ["Pay the balance"]
    Booking.objects.update(price_amount=1125)
    assert leading() == ["Add to calendar"]
