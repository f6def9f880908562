"""Cancelling: the booking's own terms decide what comes back, and a payment under way is never lost."""

from datetime import timedelta

import pytest
import time_machine

from payments.domain.cancellation import LessThanShown, NotCancellable, cancel
from payments.domain.checkout import CheckoutClosed, open_checkout
from payments.domain.intent_sync import apply_intent
from payments.domain.refunds.quote import quote
from payments.domain.release import Released, expire_holds
from payments.enums import PaymentStatus, Purpose
from payments.gateway.base import GatewayUnreachable
from payments.models import Dispute, Payment, Refund
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.audit.models import AuditEvent
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking, Session
from portal.common import clock
from portal.notifications.models import Notification
from tests.factories import BookingFactory, ServiceFactory, SessionFactory
from tests.fakes import FakeGateway

pytestmark = pytest.mark.django_db
BY = Actor.system(SystemActor.SETTLEMENT)


def pay(booking: Booking, stripe: FakeGateway) -> Booking:
    payment = open_checkout(booking).payment
    apply_intent(stripe.pay(str(payment.intent_id)), Cause(BY, Source.WEBHOOK, clock.now()))
    return Booking.objects.get(pk=booking.pk)


def cancelled(booking: Booking) -> Released:
    return cancel(booking, cause=Cause(Actor.user(booking.caregiver.user), Source.CAREGIVER))


def held(booking: Booking) -> int:
    return Session.objects.get(pk=booking.session_id).held


def status(booking: Booking) -> str:
    return str(Booking.objects.values_list("status", flat=True).get(pk=booking.pk))


def told() -> list[str]:
    return sorted(Notification.objects.values_list("template", flat=True))


@pytest.mark.parametrize(
    ("hours", "amount", "window"),
    [(100, 1125, 72), (72, 1125, 72), (71.9, 562, 24), (24, 562, 24), (23.9, 0, None), (0.1, 0, None)],
)
def test_the_notice_decides_what_comes_back(
    booking: Booking, stripe: FakeGateway, hours: float, amount: int, window: int | None
) -> None:
    paid = pay(booking, stripe)
    with time_machine.travel(paid.session.starts_at - timedelta(hours=hours), tick=False):
        offered = quote(paid)
        assert (offered.amount, offered.terms.hours_before) == (amount, window)
        assert cancelled(paid) is Released.RELEASED
    assert (status(paid), held(paid)) == (BookingStatus.CANCELLED, 0)
    assert sum(Refund.objects.values_list("amount", flat=True)) == amount
    assert told() == ["booking_cancelled", "booking_confirmed"]


def test_the_terms_are_those_it_was_booked_on(booking: Booking, stripe: FakeGateway) -> None:
    paid = pay(booking, stripe)
    paid.session.service.cancellation_windows.update(refund_percent=0)
    assert quote(paid).amount == 1125


@pytest.mark.parametrize(("currency", "price", "back"), [("KWD", 2440, 300), ("ISK", 205_000, 25_600)])
def test_what_comes_back_is_an_amount_that_the_currency_has(
    stripe: FakeGateway, currency: str, price: int, back: int
) -> None:
    service = ServiceFactory(price_amount=price, currency=currency)
    paid = pay(BookingFactory(session=SessionFactory(service=service)), stripe)
    with time_machine.travel(paid.session.starts_at - timedelta(hours=30)):
        assert quote(paid).amount == back


def test_what_is_left_of_a_partly_lost_dispute_is_an_amount_that_the_currency_has(stripe: FakeGateway) -> None:
    service = ServiceFactory(price_amount=205_000, currency="ISK")  # a deposit of 51,300
    paid = pay(BookingFactory(session=SessionFactory(service=service)), stripe)
    payment = Payment.objects.get(booking=paid)
    Dispute.objects.create(
        payment=payment, stripe_dispute_id="du_1", amount=51_300, status="lost", withdrawn_amount=34_217
    )
    Payment.objects.filter(pk=payment.pk).update(disputed_amount=34_217)  # 667 of 1,000 in the balance's currency
    assert quote(paid).amount == 17_000
    cancelled(paid)
    assert list(Refund.objects.values_list("amount", "status")) == [(17_000, "failed")]


def test_an_unpaid_place_is_released_at_once(booking: Booking, stripe: FakeGateway) -> None:
    open_checkout(booking)
    assert quote(booking).amount == 0
    assert cancelled(booking) is Released.RELEASED
    assert (status(booking), held(booking)) == (BookingStatus.CANCELLED, 0)
    assert Payment.objects.get(booking=booking).status == PaymentStatus.CANCELLED
    assert told() == ["booking_cancelled"]


def test_cancelled_while_the_money_came_gives_all_of_it_back(booking: Booking, stripe: FakeGateway) -> None:
    stripe.pay(str(open_checkout(booking).payment.intent_id))
    cancelled(booking)
    assert (status(booking), held(booking)) == (BookingStatus.CANCELLED, 0)
    assert list(Refund.objects.values_list("amount", "reason")) == [(1125, "late_money")]
    assert told() == ["late_money_returned"]


def test_cancelled_while_the_bank_decides_waits_for_the_bank(booking: Booking, stripe: FakeGateway) -> None:
    intent_id = str(open_checkout(booking).payment.intent_id)
    stripe.set(intent_id, status="processing")
    assert cancelled(booking) is Released.KEPT
    assert (status(booking), held(booking)) == (BookingStatus.AWAITING_DEPOSIT, 1)
    with pytest.raises(CheckoutClosed):
        open_checkout(booking)
    stripe.pay(intent_id)
    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        assert expire_holds() == 1
    assert (status(booking), held(booking)) == (BookingStatus.CANCELLED, 0)
    assert list(Refund.objects.values_list("amount", flat=True)) == [1125]


def test_cancelled_while_stripe_is_away_is_cancelled_later_and_not_expired(
    booking: Booking, stripe: FakeGateway
) -> None:
    open_checkout(booking)
    stripe.fail_next = [GatewayUnreachable("timeout")]
    assert cancelled(booking) is Released.KEPT
    with time_machine.travel(clock.now() + timedelta(hours=1)):  # past the hold, too
        expire_holds()
    assert status(booking) == BookingStatus.CANCELLED


@pytest.mark.parametrize("gone", [BookingStatus.CANCELLED, BookingStatus.EXPIRED, BookingStatus.COMPLETED])
def test_what_is_over_cannot_be_cancelled(booking: Booking, stripe: FakeGateway, gone: BookingStatus) -> None:
    Booking.objects.filter(pk=booking.pk).update(status=gone)
    booking.refresh_from_db()
    with pytest.raises(NotCancellable):
        cancelled(booking)


def test_a_session_that_has_begun_cannot_be_cancelled(booking: Booking, stripe: FakeGateway) -> None:
    paid = pay(booking, stripe)
    with time_machine.travel(paid.session.starts_at + timedelta(seconds=1)), pytest.raises(NotCancellable):
        cancelled(paid)
    assert not Refund.objects.exists()


def test_cancelling_twice_refunds_once(booking: Booking, stripe: FakeGateway) -> None:
    paid = pay(booking, stripe)
    stale = Booking.objects.get(pk=paid.pk)
    cancelled(paid)
    with pytest.raises(NotCancellable):
        cancelled(stale)
    assert list(Refund.objects.values_list("amount", flat=True)) == [1125]
    assert held(paid) == 0


def test_the_balance_goes_back_before_the_deposit(booking: Booking, stripe: FakeGateway) -> None:
    paid = pay(booking, stripe)
    balance = Payment.objects.create(
        booking=paid, purpose=Purpose.BALANCE, amount=3375, currency="GBP", intent_id="pi_balance"
    )
    Payment.objects.filter(pk=balance.pk).update(status=PaymentStatus.SUCCEEDED, captured_amount=3375)
    Booking.objects.filter(pk=paid.pk).update(policy=[{"hours_before": 24, "refund_percent": 90}])
    cancelled(Booking.objects.get(pk=paid.pk))
    parts = Refund.objects.order_by("pk").values_list("payment__purpose", "amount")
    assert list(parts) == [("balance", 3375), ("deposit", 675)]


def test_who_cancelled_is_on_record(booking: Booking, stripe: FakeGateway) -> None:
    paid = pay(booking, stripe)
    cancelled(paid)
    row = AuditEvent.objects.get(action="booking.moved", data__to="cancelled")
    assert (row.actor_kind, row.actor_id, row.source) == ("user", str(paid.caregiver.user_id), "caregiver")


def test_nothing_is_cancelled_when_less_comes_back_than_was_shown(booking: Booking, stripe: FakeGateway) -> None:
    paid = pay(booking, stripe)
    with pytest.raises(LessThanShown):
        cancel(paid, cause=Cause(BY, Source.CAREGIVER), shown=1126)
    assert (status(paid), Refund.objects.count()) == (BookingStatus.CONFIRMED, 0)
    assert AuditEvent.objects.get(action="booking.cancellation_refused").data == {"reason": "LessThanShown"}
