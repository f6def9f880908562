"""A place is held on the terms of the moment, for two at most, by somebody for their own people."""

import math
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import ProtectedError
from pytest_django import Settings

from payments.domain.checkout import book
from payments.models import Payment
from portal.accounts.models import User
from portal.audit.actor import Actor, Cause, Source
from portal.bookings.domain.holds import extend_hold
from portal.bookings.domain.transitions import transition
from portal.bookings.enums import BookingStatus
from portal.bookings.errors import FormUsed, HoldNotExtendable, SessionFull, SessionNotBookable, TooManyHolds
from portal.bookings.models import Booking, Session
from portal.bookings.models.booking import ALPHABET, REFERENCE, new_reference
from portal.caregivers.domain import PersonNeeded, caregiver_of, remove_care_recipient
from portal.caregivers.models import CareRecipient
from portal.common import clock
from portal.notifications.models import Notification
from portal.settings import base
from tests.factories import BookingFactory, CareRecipientFactory, ServiceFactory, SessionFactory, UserFactory

pytestmark = pytest.mark.django_db


def booked(person: CareRecipient, session: Session | None = None, **options: Any) -> Booking:
    by = Actor.user(person.caregiver.user)
    return book(
        session=session or SessionFactory(),
        caregiver=person.caregiver,
        care_recipient=person,
        cause=Cause(by, Source.CAREGIVER),
        **options,
    )


def on_day(number: int) -> Session:
    """In that many days."""
    return SessionFactory(starts_at=clock.now() + timedelta(days=number))


def test_the_terms_of_the_moment_are_copied() -> None:
    service = ServiceFactory()
    booking = booked(CareRecipientFactory(), SessionFactory(service=service))
    service.price_amount, service.deposit_value, service.hold_minutes = 9900, 5000, 5
    service.save()
    service.cancellation_windows.all().delete()
    booking.refresh_from_db()
    assert (booking.price_amount, booking.deposit_amount, booking.currency) == (4500, 1125, "GBP")
    assert booking.policy == [
        {"hours_before": 72, "refund_percent": 100},
        {"hours_before": 24, "refund_percent": 50},
    ]
    assert booking.hold_expires_at == booking.created_at + timedelta(minutes=30)
    payment = Payment.objects.get()
    assert (payment.amount, payment.currency, payment.status) == (1125, "GBP", "pending")


def test_a_hold_ends_at_the_latest_when_the_session_begins() -> None:
    session = SessionFactory(starts_at=clock.now() + timedelta(minutes=10))
    assert booked(CareRecipientFactory(), session).hold_expires_at == session.starts_at


def test_a_zero_deposit_confirms_without_a_payment() -> None:
    session = SessionFactory(service=ServiceFactory(deposit_value=0))
    booking = booked(CareRecipientFactory(), session)
    session.refresh_from_db()
    assert (booking.status, session.held, Payment.objects.count()) == (BookingStatus.CONFIRMED, 1, 0)
    assert list(Notification.objects.values_list("template", flat=True)) == ["booking_confirmed"]


def test_the_same_token_books_a_zero_deposit_once_too() -> None:
    session, person, token = (
        SessionFactory(service=ServiceFactory(deposit_value=0)),
        CareRecipientFactory(),
        uuid.uuid4(),
    )
    assert booked(person, session, token=token).pk == booked(person, session, token=token).pk
    assert Notification.objects.count() == 1


def test_the_same_token_for_another_session_or_person_is_refused_and_books_nothing() -> None:
    session, person, token = SessionFactory(), CareRecipientFactory(), uuid.uuid4()
    booked(person, session, token=token)
    other = CareRecipientFactory(caregiver=person.caregiver)
    for asked in ((person, SessionFactory(service=session.service)), (other, session)):
        with pytest.raises(FormUsed):
            booked(*asked, token=token)
    assert Booking.objects.count() == 1


def test_two_unpaid_places_at_most() -> None:
    assert base.BOOKING_MAX_OPEN_HOLDS == 2
    person = CareRecipientFactory()
    first = booked(person)
    booked(person, on_day(8))
    session = on_day(9)
    with pytest.raises(TooManyHolds) as refusal:
        booked(person, session)
    session.refresh_from_db()
    assert (session.held, Booking.objects.count(), Payment.objects.count()) == (0, 2, 2)
    assert refusal.value.sentence.startswith("You already have 2 unpaid places.")
    transition(first.pk, to=BookingStatus.CONFIRMED, cause=Cause(Actor.stripe("evt_1"), Source.WEBHOOK))
    assert booked(person, session).status == BookingStatus.AWAITING_DEPOSIT  # a paid one does not count


def test_the_holds_of_others_do_not_count() -> None:
    session = SessionFactory()
    assert len({booked(CareRecipientFactory(), session).pk for _ in range(4)}) == 4


def test_the_demo_is_wide(settings: Settings) -> None:
    settings.BOOKING_MAX_OPEN_HOLDS = 20
    person = CareRecipientFactory()
    for day in range(20):
        booked(person, on_day(7 + day))
    with pytest.raises(TooManyHolds):
        booked(person, on_day(27))


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"capacity": 1, "held": 1}, SessionFull),
        ({"status": "closed"}, SessionNotBookable),
        ({"status": "cancelled"}, SessionNotBookable),
        ({"starts_at": clock.now() - timedelta(minutes=1)}, SessionNotBookable),
    ],
)
def test_what_cannot_be_booked_leaves_nothing(fields: dict[str, Any], refusal: type[Exception]) -> None:
    session = SessionFactory(**fields)
    with pytest.raises(refusal):
        booked(CareRecipientFactory(), session)
    assert (Booking.objects.count(), Payment.objects.count()) == (0, 0)


def test_a_retired_service_cannot_be_booked() -> None:
    with pytest.raises(SessionNotBookable):
        booked(CareRecipientFactory(), SessionFactory(service=ServiceFactory(active=False)))


@pytest.mark.parametrize("state", ["extended", "over", "being released", "confirmed"])
def test_a_hold_is_extended_once_and_only_while_it_runs(state: str) -> None:
    booking = BookingFactory()
    by = {"cause": Cause(Actor.user(booking.caregiver.user), Source.CAREGIVER)}
    until = booking.hold_expires_at
    travel = timedelta()
    if state == "extended":
        until = extend_hold(booking.pk, **by).hold_expires_at
    elif state == "over":
        travel = timedelta(minutes=31)
    elif state == "being released":
        Booking.objects.filter(pk=booking.pk).update(release_requested_at=clock.now())
    else:
        transition(booking.pk, to=BookingStatus.CONFIRMED, **by)  # type: ignore[arg-type]
    with time_machine.travel(clock.now() + travel), pytest.raises(HoldNotExtendable):
        extend_hold(booking.pk, **by)
    booking.refresh_from_db()
    assert booking.hold_expires_at == until


def test_an_extension_never_reaches_into_the_session() -> None:
    session = SessionFactory(starts_at=clock.now() + timedelta(minutes=40))
    booking = BookingFactory(session=session)
    extended = extend_hold(booking.pk, cause=Cause(Actor.user(booking.caregiver.user), Source.CAREGIVER))
    assert extended.hold_expires_at == session.starts_at


def test_a_reference_has_sixty_bits_and_reads_out_well() -> None:
    references = {new_reference() for _ in range(2000)}
    assert len(references) == 2000
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}", found) for found in references)
    assert all(REFERENCE.fullmatch(found) for found in references)
    assert math.log2(len(set(ALPHABET)) ** 12) == 60
    for place in (i for i in range(14) if i not in (4, 9)):
        counts = [sum(found[place] == symbol for found in references) for symbol in ALPHABET]
        assert min(counts) > 20  # each place takes each symbol: 62 expected


def test_references_do_not_follow_from_one_another_or_from_the_row() -> None:
    first, second = BookingFactory(), BookingFactory()
    assert first.reference[:9] != second.reference[:9]
    assert str(first.pk) not in first.reference.split("-")


def test_care_recipients_belong_to_their_caregiver() -> None:
    mine, theirs = CareRecipientFactory(), CareRecipientFactory()
    removed = CareRecipientFactory(caregiver=mine.caregiver)
    remove_care_recipient(removed, cause=Cause(Actor.user(mine.caregiver.user), Source.CAREGIVER))
    assert list(CareRecipient.objects.of(mine.caregiver.user)) == [mine]
    assert list(CareRecipient.objects.of(theirs.caregiver.user)) == [theirs]


def test_somebody_elses_person_is_refused_where_the_booking_is_written() -> None:
    person, stranger = CareRecipientFactory(), CareRecipientFactory()
    with pytest.raises(ValueError, match="not this caregiver's"):
        book(
            session=SessionFactory(), caregiver=person.caregiver, care_recipient=stranger,
            cause=Cause(Actor.user(person.caregiver.user), Source.CAREGIVER),
        )  # fmt: skip
    assert not Booking.objects.exists()


def test_a_person_with_past_bookings_leaves_the_list_but_not_the_table() -> None:
    booking = BookingFactory()
    cause = Cause(Actor.user(booking.caregiver.user), Source.CAREGIVER)
    with pytest.raises(PersonNeeded, match=booking.reference):
        remove_care_recipient(booking.care_recipient, cause=cause)
    Booking.objects.update(status=BookingStatus.COMPLETED)
    remove_care_recipient(booking.care_recipient, cause=cause)
    booking.refresh_from_db()
    assert booking.care_recipient.full_name == "Rose Okafor"
    with pytest.raises(ProtectedError):
        booking.care_recipient.delete()


def test_the_caregiver_behind_an_account_is_made_once() -> None:
    user: User = UserFactory()
    assert caregiver_of(user).pk == caregiver_of(user).pk
