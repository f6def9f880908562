"""Staff cancel or move a session: everybody who booked it is seen to, once, whatever dies meanwhile."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from payments.domain import session_changes
from payments.domain.checkout import CheckoutClosed, open_checkout
from payments.domain.intent_sync import apply_intent
from payments.domain.refunds.quote import quote
from payments.domain.release import expire_holds
from payments.domain.session_changes import process_session_changes
from payments.gateway.base import GatewayUnreachable
from payments.models import Refund
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.audit.models import AuditEvent
from portal.bookings.domain.availability import generate_sessions
from portal.bookings.domain.session_changes import cancel_session, move_session
from portal.bookings.enums import BookingStatus, SessionStatus
from portal.bookings.errors import SessionChangeRefused, SessionNotBookable
from portal.bookings.models import Booking, Session, SessionChange
from portal.common import clock
from portal.notifications.models import Notification
from tests.factories import BookingFactory, ServiceFactory, SessionFactory, UserFactory
from tests.fakes import FakeGateway

pytestmark = pytest.mark.django_db
BY = Actor.system(SystemActor.SETTLEMENT)


@pytest.fixture
def staff(db: None) -> Actor:
    return Actor.user(UserFactory())


def paid(session: Session, stripe: FakeGateway) -> Booking:
    booking = BookingFactory(session=session)
    payment = open_checkout(booking).payment
    apply_intent(stripe.pay(str(payment.intent_id)), Cause(BY, Source.WEBHOOK, clock.now()))
    return Booking.objects.get(pk=booking.pk)


def statuses(session: Session) -> list[str]:
    return sorted(Booking.objects.filter(session=session).values_list("status", flat=True))


def mails(template: str) -> list[Notification]:
    return list(Notification.objects.filter(template=template).order_by("pk"))


class TestCancelling:
    """Cancelling a session."""

    def test_cancels_and_refunds_everybody_in_full_and_tells_them(
        self, session: Session, stripe: FakeGateway, staff: Actor
    ) -> None:
        bookings: list[Booking] = [paid(session, stripe), paid(session, stripe), BookingFactory(session=session)]
        with time_machine.travel(session.starts_at - timedelta(hours=2), tick=False):  # no window returns anything
            Booking.objects.filter(pk=bookings[2].pk).update(hold_expires_at=session.starts_at)
            change = cancel_session(session.pk, cause=Cause(staff, Source.STAFF), message="Our carer has fallen ill.")
            assert process_session_changes() == 1
            change.refresh_from_db()

        assert statuses(session) == ["cancelled"] * 3
        assert list(Refund.objects.values_list("amount", "reason")) == [(1125, "session_cancelled")] * 2
        told = mails("session_cancelled")
        assert len(told) == 3
        assert {mail.context["message"] for mail in told} == {"Our carer has fallen ill."}
        assert sorted("£11.25" in mail.context["refund"] for mail in told) == [False, True, True]
        assert (Session.objects.get(pk=session.pk).held, change.total, change.done) == (0, 3, 3)
        assert change.finished_at is not None
        by = set(AuditEvent.objects.filter(data__to="cancelled").values_list("actor_id", "source"))
        assert by == {(staff.id, "staff")}

    def test_stops_booking_and_paying_at_once(self, session: Session, stripe: FakeGateway, staff: Actor) -> None:
        booking = paid(session, stripe)
        cancel_session(session.pk, cause=Cause(staff, Source.STAFF))
        with pytest.raises(SessionNotBookable):
            BookingFactory(session=session)
        from payments.enums import Purpose

        with pytest.raises(CheckoutClosed):
            open_checkout(booking, Purpose.BALANCE)

    def test_goes_on_after_a_crash_and_refunds_each_once(
        self, session: Session, stripe: FakeGateway, staff: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for _ in range(3):
            paid(session, stripe)
        change = cancel_session(session.pk, cause=Cause(staff, Source.STAFF))
        real, calls = session_changes.cancel, []  # type: ignore[attr-defined]

        def dies_at_the_second(*args: Any, **kwargs: Any) -> Any:
            calls.append(1)
            if len(calls) == 2:
                raise KeyboardInterrupt  # kill -9, as far as this code can tell
            return real(*args, **kwargs)

        monkeypatch.setattr(session_changes, "cancel", dies_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            process_session_changes()
        assert statuses(session) == ["cancelled", "confirmed", "confirmed"]
        assert SessionChange.objects.get(pk=change.pk).done == 1

        assert process_session_changes() == 0  # leased to the worker that died
        with time_machine.travel(clock.now() + timedelta(minutes=6)):
            assert process_session_changes() == 1
        assert statuses(session) == ["cancelled"] * 3
        assert Refund.objects.count() == 3
        assert len(mails("session_cancelled")) == 3

    def test_one_booking_that_breaks_does_not_stop_the_others(
        self, session: Session, stripe: FakeGateway, staff: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second = paid(session, stripe), paid(session, stripe)
        change = cancel_session(session.pk, cause=Cause(staff, Source.STAFF))
        real = session_changes.cancel  # type: ignore[attr-defined]

        def breaks(booking: Booking, **kwargs: Any) -> Any:
            if booking.pk == first.pk:
                raise RuntimeError("something we did not think of")
            return real(booking, **kwargs)

        with monkeypatch.context() as patch:
            patch.setattr(session_changes, "cancel", breaks)
            assert process_session_changes() == 0
        assert Booking.objects.get(pk=second.pk).status == BookingStatus.CANCELLED
        assert SessionChange.objects.get(pk=change.pk).finished_at is None
        with time_machine.travel(clock.now() + timedelta(minutes=1)):
            assert process_session_changes() == 1
        assert statuses(session) == ["cancelled"] * 2

    def test_waits_for_stripe_where_a_payment_is_under_way(
        self, session: Session, stripe: FakeGateway, staff: Actor
    ) -> None:
        booking = BookingFactory(session=session)
        payment = open_checkout(booking).payment
        cancel_session(session.pk, cause=Cause(staff, Source.STAFF))
        stripe.fail_next = [GatewayUnreachable("timeout")]
        assert process_session_changes() == 0
        assert statuses(session) == ["awaiting_deposit"]
        stripe.pay(str(payment.intent_id))  # the caregiver's bank was quicker
        with time_machine.travel(clock.now() + timedelta(minutes=1)):
            expire_holds()
            assert process_session_changes() == 1
        assert statuses(session) == ["cancelled"]
        assert list(Refund.objects.values_list("amount", flat=True)) == [1125]

    def test_twice_is_refused(self, session: Session, staff: Actor) -> None:
        cancel_session(session.pk, cause=Cause(staff, Source.STAFF))
        with pytest.raises(SessionChangeRefused, match="already been cancelled"):
            cancel_session(session.pk, cause=Cause(staff, Source.STAFF))
        assert SessionChange.objects.count() == 1

    def test_after_somebody_was_marked_is_refused(self, session: Session, stripe: FakeGateway, staff: Actor) -> None:
        Booking.objects.filter(pk=paid(session, stripe).pk).update(status=BookingStatus.COMPLETED)
        with pytest.raises(SessionChangeRefused, match="Clear it first"):
            cancel_session(session.pk, cause=Cause(staff, Source.STAFF))
        assert Session.objects.get(pk=session.pk).status == SessionStatus.OPEN

    def test_a_session_that_did_not_take_place_is_cancelled_afterwards(
        self, session: Session, stripe: FakeGateway, staff: Actor
    ) -> None:
        paid(session, stripe)
        with time_machine.travel(session.starts_at + timedelta(hours=1)):
            cancel_session(session.pk, cause=Cause(staff, Source.STAFF))
            assert process_session_changes() == 1
        assert list(Refund.objects.values_list("amount", flat=True)) == [1125]


class TestMoving:
    """Moving a session to another time."""

    @staticmethod
    def move(session: Session, staff: Actor, starts_at: datetime, **changes: Any) -> SessionChange:
        seen = {"seen_starts_at": session.starts_at, "starts_at": starts_at, "cause": Cause(staff, Source.STAFF)}
        return move_session(session.pk, **{**seen, **changes})

    def test_tells_everybody_and_lets_them_cancel_free_of_charge(
        self, session: Session, stripe: FakeGateway, staff: Actor
    ) -> None:
        booking, hold = paid(session, stripe), BookingFactory(session=session)
        length = session.ends_at - session.starts_at
        later = session.starts_at + timedelta(days=1)

        change = self.move(session, staff, later, message="The hall is closed.")
        assert process_session_changes() == 1

        moved = Session.objects.get(pk=session.pk)
        assert (moved.starts_at, moved.ends_at - moved.starts_at) == (later, length)
        told = mails("session_moved")
        assert {mail.about for mail in told} == {f"booking:{booking.pk}", f"booking:{hold.pk}"}
        assert told[0].context["date"] == f"{moved.starts_local:%A %-d %B %Y}"
        with time_machine.travel(later - timedelta(minutes=5), tick=False):
            offered = quote(Booking.objects.get(pk=booking.pk))
            assert (offered.amount, offered.terms.waived) == (1125, True)
        change.refresh_from_db()
        assert (change.total, change.done) == (2, 2)

    def test_done_again_tells_nobody_twice(self, session: Session, stripe: FakeGateway, staff: Actor) -> None:
        paid(session, stripe)
        change = self.move(session, staff, session.starts_at + timedelta(days=1))
        process_session_changes()
        SessionChange.objects.filter(pk=change.pk).update(finished_at=None)
        process_session_changes()
        assert len(mails("session_moved")) == 1

    def test_moved_twice_tells_of_each(self, session: Session, stripe: FakeGateway, staff: Actor) -> None:
        paid(session, stripe)
        self.move(session, staff, session.starts_at + timedelta(days=1))
        process_session_changes()
        self.move(Session.objects.get(pk=session.pk), staff, session.starts_at + timedelta(days=2))
        process_session_changes()
        assert len(mails("session_moved")) == 2

    def test_a_hold_never_outlasts_the_new_start(self, session: Session, stripe: FakeGateway, staff: Actor) -> None:
        hold = BookingFactory(session=session)
        sooner = clock.now() + timedelta(minutes=20)
        self.move(session, staff, sooner)
        process_session_changes()
        assert Booking.objects.get(pk=hold.pk).hold_expires_at == sooner

    @pytest.mark.parametrize(
        ("hours", "sentence"), [(0, "already at this time"), (-24 * 8, "in the future"), (48, "already a session")]
    )
    def test_a_time_that_cannot_be_is_refused(self, session: Session, staff: Actor, hours: int, sentence: str) -> None:
        SessionFactory(service=session.service, starts_at=session.starts_at + timedelta(hours=48))
        with pytest.raises(SessionChangeRefused, match=sentence):
            self.move(session, staff, session.starts_at + timedelta(hours=hours))
        assert not SessionChange.objects.exists()

    def test_a_stale_form_is_refused(self, session: Session, staff: Actor) -> None:
        stale = session.starts_at
        self.move(session, staff, stale + timedelta(days=1))
        with pytest.raises(SessionChangeRefused, match="has changed since"):
            self.move(session, staff, stale + timedelta(days=2), seen_starts_at=stale)

    def test_a_cancelled_or_begun_one_is_refused(self, session: Session, staff: Actor) -> None:
        later = session.starts_at + timedelta(days=1)
        with time_machine.travel(session.starts_at), pytest.raises(SessionChangeRefused, match="started"):
            self.move(session, staff, later)
        cancel_session(session.pk, cause=Cause(staff, Source.STAFF))
        with pytest.raises(SessionChangeRefused, match="already been cancelled"):
            self.move(session, staff, later)

    def test_the_weekly_slot_does_not_bring_it_back(self, staff: Actor) -> None:
        service = ServiceFactory(time_zone="UTC")
        service.availabilities.create(weekday=0, start_time=time(10), capacity=2)
        days = {"first": date(2027, 1, 4), "last": date(2027, 1, 10)}
        assert generate_sessions(service, **days) == 1
        session = Session.objects.get(service=service)
        self.move(session, staff, datetime(2027, 1, 4, 14, tzinfo=UTC))
        assert generate_sessions(service, **days) == 0
