"""A caregiver moves a booking to another session of the same service and keeps what was paid."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from payments.domain.checkout import open_checkout
from payments.domain.intent_sync import apply_intent
from payments.domain.refunds.quote import quote
from payments.domain.reschedule import move_to_session
from payments.enums import Purpose
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.audit.models import AuditEvent
from portal.bookings.domain.reschedule import movable_until
from portal.bookings.enums import BookingStatus, SessionStatus
from portal.bookings.errors import AlreadyBooked, BookingError, MoveRefused, SessionFull, SessionNotBookable
from portal.bookings.models import Booking, Session
from portal.common import clock, when
from portal.notifications.models import Notification
from tests.factories import BookingFactory, ServiceFactory, SessionFactory, UserFactory
from tests.fakes import FakeGateway

pytestmark = pytest.mark.django_db
BY = Actor.system(SystemActor.SETTLEMENT)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def confirmed(booking: Booking, stripe: FakeGateway) -> Booking:
    payment = open_checkout(booking).payment
    apply_intent(stripe.pay(str(payment.intent_id)), Cause(BY, Source.WEBHOOK, clock.now()))
    return Booking.objects.get(pk=booking.pk)


@pytest.fixture
def other(confirmed: Booking) -> Session:
    return SessionFactory(service=confirmed.session.service, starts_at=clock.now() + timedelta(days=9))


def moved(booking: Booking, to: Session, **changes: Any) -> Booking:
    arguments = {"from_session": booking.session_id, "to_session": to.pk, "cause": Cause(BY, Source.CAREGIVER)}
    return move_to_session(booking.pk, **{**arguments, **changes})


def held(*sessions: Session) -> list[int]:
    return [Session.objects.get(pk=session.pk).held for session in sessions]


def test_both_places_change_hands_and_the_money_stays(confirmed: Booking, other: Session) -> None:
    before = confirmed.session
    type(before.service).objects.update(price_amount=9900)  # the price of today

    moved(confirmed, other)

    booking = Booking.objects.get(pk=confirmed.pk)
    assert booking.session_id == other.pk
    assert held(before, other) == [0, 1]
    assert (booking.price_amount, booking.deposit_amount, booking.status) == (4500, 1125, BookingStatus.CONFIRMED)
    assert [p.captured_amount for p in booking.payments.all()] == [1125]
    mail = Notification.objects.get(template="booking_moved")
    assert mail.context["date"] == f"{other.starts_local:%A %-d %B %Y}"
    audit = AuditEvent.objects.get(action="booking.session_changed")
    assert audit.data == {"from": before.pk, "to": other.pk}


def test_sent_twice_it_moves_once(confirmed: Booking, other: Session) -> None:
    before = confirmed.session
    moved(confirmed, other)
    moved(confirmed, other, from_session=before.pk)
    assert held(before, other) == [0, 1]
    assert Notification.objects.filter(template="booking_moved").count() == 1


def test_there_and_back_again_tells_each_time(confirmed: Booking, other: Session) -> None:
    first = confirmed.session
    moved(confirmed, other)
    moved(Booking.objects.get(pk=confirmed.pk), first)
    assert held(first, other) == [1, 0]
    assert Notification.objects.filter(template="booking_moved").count() == 2


def test_a_stale_form_moves_nothing(confirmed: Booking, other: Session) -> None:
    third = SessionFactory(service=confirmed.session.service, starts_at=clock.now() + timedelta(days=10))
    stale = confirmed.session_id
    moved(confirmed, other)
    with pytest.raises(MoveRefused, match="has changed since you opened this page"):
        moved(confirmed, third, from_session=stale)
    assert held(other, third) == [1, 0]


def test_the_terms_time_is_the_limit(confirmed: Booking, other: Session) -> None:
    limit = confirmed.session.starts_at - timedelta(hours=72)
    assert movable_until(confirmed) == limit
    with time_machine.travel(limit, tick=False), pytest.raises(MoveRefused, match="too late"):
        moved(confirmed, other)
    assert held(other) == [0]
    with time_machine.travel(limit - timedelta(seconds=1), tick=False):
        moved(confirmed, other)
    assert held(other) == [1]


def test_staff_may_move_it_until_the_session_begins(confirmed: Booking, other: Session) -> None:
    with time_machine.travel(confirmed.session.starts_at, tick=False), pytest.raises(MoveRefused):
        moved(confirmed, other, within_terms=False)
    with time_machine.travel(confirmed.session.starts_at - timedelta(minutes=1), tick=False):
        moved(confirmed, other, within_terms=False)
    assert held(other) == [1]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"held": 4}, SessionFull),
        ({"status": SessionStatus.CLOSED}, SessionNotBookable),
        ({"status": SessionStatus.CANCELLED}, SessionNotBookable),
        ({"starts_at": clock.now() - timedelta(hours=1)}, SessionNotBookable),
    ],
)
def test_a_session_without_a_place_to_book_is_refused(
    confirmed: Booking, other: Session, change: dict[str, Any], refusal: type[BookingError]
) -> None:
    Session.objects.filter(pk=other.pk).update(**change)
    before = confirmed.session
    with pytest.raises(refusal):
        moved(confirmed, other)
    assert held(before) == [1]
    assert not Notification.objects.filter(template="booking_moved").exists()


def test_another_service_is_refused(confirmed: Booking) -> None:
    with pytest.raises(MoveRefused, match="same service"):
        moved(confirmed, SessionFactory(service=ServiceFactory()))
    with pytest.raises(MoveRefused, match="same service"):
        moved(confirmed, confirmed.session, to_session=999_999_999)


def test_an_unpaid_booking_is_not_moved(stripe: FakeGateway) -> None:
    booking = BookingFactory()
    to = SessionFactory(service=booking.session.service, starts_at=clock.now() + timedelta(days=9))
    assert movable_until(booking) is None
    with pytest.raises(MoveRefused):
        moved(booking, to)


def test_the_terms_count_from_the_new_session(confirmed: Booking, other: Session) -> None:
    moved(confirmed, other)
    booking = Booking.objects.get(pk=confirmed.pk)
    assert movable_until(booking) == other.starts_at - timedelta(hours=72)
    assert quote(booking).amount == 1125


def test_what_we_promised_when_we_moved_the_session_stays_promised(confirmed: Booking, other: Session) -> None:
    Booking.objects.filter(pk=confirmed.pk).update(terms_waived_at=clock.now())
    moved(confirmed, other)
    booking = Booking.objects.get(pk=confirmed.pk)
    with time_machine.travel(other.starts_at - timedelta(minutes=5), tick=False):
        assert quote(booking).amount == 1125


def test_the_balance_stays_payable(confirmed: Booking, other: Session, stripe: FakeGateway) -> None:
    intent = open_checkout(confirmed, Purpose.BALANCE).intent
    moved(confirmed, other)
    assert open_checkout(Booking.objects.get(pk=confirmed.pk), Purpose.BALANCE).intent.id == intent.id


class TestPage:
    """/bookings/<reference>/move/"""

    @pytest.fixture
    def owner(self, confirmed: Booking, client: Client) -> Client:
        client.force_login(confirmed.caregiver.user, backend=BACKEND)
        return client

    def test_shows_until_when_and_moves(self, owner: Client, confirmed: Booking, other: Session) -> None:
        address = f"/bookings/{confirmed.reference}/move/"
        page = owner.get(address).content.decode()
        until = when.named_day(confirmed.session.starts_local - timedelta(hours=72))
        assert until in page
        assert f'value="{other.pk}"' in page
        reply = owner.post(address, {"session": other.pk, "from_session": confirmed.session_id})
        assert (reply.status_code, reply["Location"]) == (302, f"/bookings/{confirmed.reference}/")
        assert Booking.objects.get(pk=confirmed.pk).session_id == other.pk

    @pytest.mark.parametrize("session", ["", "abc", "999999999", "-1"])
    def test_refuses_nonsense(self, owner: Client, confirmed: Booking, other: Session, session: str) -> None:
        address = f"/bookings/{confirmed.reference}/move/"
        reply = owner.post(address, {"session": session, "from_session": confirmed.session_id})
        assert reply.status_code == 422
        assert 'class="field__error"' in reply.content.decode()
        assert held(other) == [0]

    def test_says_when_the_place_has_gone(self, owner: Client, confirmed: Booking, other: Session) -> None:
        Session.objects.filter(pk=other.pk).update(held=4)
        address = f"/bookings/{confirmed.reference}/move/"
        SessionFactory(service=confirmed.session.service, starts_at=clock.now() + timedelta(days=12))
        reply = owner.post(address, {"session": other.pk, "from_session": confirmed.session_id})
        assert reply.status_code == 422

    def test_says_when_it_is_too_late(self, owner: Client, confirmed: Booking) -> None:
        Session.objects.filter(pk=confirmed.session_id).update(starts_at=clock.now() + timedelta(hours=71))
        page = owner.get(f"/bookings/{confirmed.reference}/move/").content.decode()
        assert "You can no longer move this booking online" in page
        assert "Move" not in owner.get("/dashboard/").content.decode()

    def test_is_not_found_by_anybody_else(self, confirmed: Booking, other: Session, client: Client) -> None:
        client.force_login(UserFactory(), backend=BACKEND)
        address = f"/bookings/{confirmed.reference}/move/"
        assert client.get(address).status_code == 404
        assert client.post(address, {"session": other.pk, "from_session": confirmed.session_id}).status_code == 404
        assert held(other) == [0]


class TestAnotherBookingOfThePerson:
    def test_in_the_new_session_is_refused(self, confirmed: Booking, other: Session) -> None:
        BookingFactory(session=other, care_recipient=confirmed.care_recipient)
        with pytest.raises(AlreadyBooked):
            moved(confirmed, other)
        assert held(confirmed.session, other) == [1, 1]

    def test_at_the_new_time_is_asked_about_and_the_same_button_goes_on(
        self, confirmed: Booking, other: Session, client: Client
    ) -> None:
        client.force_login(confirmed.caregiver.user, BACKEND)
        at_that_time = SessionFactory(starts_at=other.starts_at)
        known = BookingFactory(session=at_that_time, care_recipient=confirmed.care_recipient)
        address = f"/bookings/{confirmed.reference}/move/"
        typed = {"from_session": confirmed.session_id, "session": other.pk}
        asked = client.post(address, typed)
        assert asked.status_code == 422
        assert "already has a booking at this time" in asked.content.decode()
        assert f'name="accepted" value="{known.reference}"' in asked.content.decode()
        agreed = {**typed, "accepted": known.reference, "accepted_for": other.pk}
        assert client.post(address, {**agreed, "accepted_for": at_that_time.pk}).status_code == 422
        assert client.post(address, agreed).status_code == 302
        assert held(confirmed.session, other) == [0, 1]

    def test_the_booking_that_moves_does_not_overlap_with_itself(self, confirmed: Booking) -> None:
        soon_after = SessionFactory(
            service=confirmed.session.service, starts_at=confirmed.session.starts_at + timedelta(minutes=30)
        )
        moved(confirmed, soon_after)
        assert held(confirmed.session, soon_after) == [0, 1]
