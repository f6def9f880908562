"""One place a person in a session, and two at a time only when somebody means it."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from portal.bookings.domain.conflicts import overlapping, overlaps_of, place_of, refuse_conflicts
from portal.bookings.enums import BookingStatus
from portal.bookings.errors import AlreadyBooked, TimesOverlap
from portal.bookings.models import Booking, Session
from tests.factories import BookingFactory, CareRecipientFactory, SessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking() -> Booking:
    return BookingFactory()


def beside(booking: Booking, **starts: float) -> Session:
    """Three hours that start so much later than the booking's."""
    return SessionFactory(starts_at=booking.session.starts_at + timedelta(**starts))


@pytest.mark.parametrize(
    ("status", "has_place"),
    [
        (BookingStatus.AWAITING_DEPOSIT, True),
        (BookingStatus.CONFIRMED, True),
        (BookingStatus.COMPLETED, True),
        (BookingStatus.NO_SHOW, True),
        (BookingStatus.CANCELLED, False),
        (BookingStatus.EXPIRED, False),
    ],
)
def test_a_booking_that_holds_its_place_is_found(booking: Booking, status: BookingStatus, has_place: bool) -> None:
    Booking.objects.update(status=status)
    found = place_of(booking.care_recipient, booking.session)
    assert (found == booking) is has_place


def test_the_place_of_another_person_is_not_theirs(booking: Booking) -> None:
    other = CareRecipientFactory(caregiver=booking.caregiver)
    assert place_of(other, booking.session) is None


@pytest.mark.parametrize(
    ("minutes", "overlaps"), [(-180, False), (-179, True), (0, True), (60, True), (179, True), (180, False)]
)
def test_sessions_overlap_when_they_share_a_minute(booking: Booking, minutes: int, overlaps: bool) -> None:
    found = overlapping(booking.care_recipient, beside(booking, minutes=minutes))
    assert found == ([booking] if overlaps else [])


def test_a_place_in_the_session_is_refused_with_the_booking(booking: Booking) -> None:
    with pytest.raises(AlreadyBooked) as refusal:
        refuse_conflicts(booking.care_recipient, booking.session, accepted=[booking.reference])
    assert refusal.value.booking == booking


def test_an_overlap_is_refused_until_each_booking_is_accepted(booking: Booking) -> None:
    between = beside(booking, hours=1)
    second = BookingFactory(session=beside(booking, hours=3), care_recipient=booking.care_recipient)
    with pytest.raises(TimesOverlap) as refusal:
        refuse_conflicts(booking.care_recipient, between, accepted=[second.reference])
    assert refusal.value.bookings == [booking, second]
    refuse_conflicts(booking.care_recipient, between, accepted=[second.reference, booking.reference])


def test_a_session_names_what_its_people_have_at_the_same_time(
    booking: Booking, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    both = BookingFactory(
        session=beside(booking, hours=2), care_recipient=booking.care_recipient, accepted=[booking.reference]
    )
    Booking.objects.update(status=BookingStatus.CONFIRMED)
    BookingFactory(  # it begins as this one ends
        session=beside(booking, hours=3), care_recipient=booking.care_recipient, accepted=[both.reference]
    )
    BookingFactory(session=both.session)  # somebody else
    with django_assert_num_queries(1):
        assert overlaps_of(booking.session) == [both]
    Booking.objects.filter(pk=both.pk).update(status=BookingStatus.CANCELLED)
    assert overlaps_of(booking.session) == []


def test_who_has_left_a_session_overlaps_no_more(booking: Booking) -> None:
    BookingFactory(
        session=beside(booking, hours=1), care_recipient=booking.care_recipient, accepted=[booking.reference]
    )
    assert len(overlaps_of(booking.session)) == 1
    Booking.objects.filter(pk=booking.pk).update(status=BookingStatus.CANCELLED)
    assert overlaps_of(booking.session) == []
