"""The balance: the rest of the price, paid online before the session, by the same code as the deposit."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError
from django.test import Client

from payments.documents import documents_of
from payments.domain.cancellation import cancel
from payments.domain.checkout import CheckoutClosed, open_checkout
from payments.domain.intent_sync import apply_intent, record_decline
from payments.domain.pricing import balance_due
from payments.domain.refunds.quote import quote
from payments.domain.release import close_stray_payments
from payments.enums import PaymentStatus, Purpose
from payments.gateway.base import GatewayUnreachable, PaymentError
from payments.models import Payment, Refund
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.bookings.enums import BookingStatus, SessionStatus
from portal.bookings.models import Booking, Session
from portal.common import clock
from portal.notifications.models import Notification
from tests.factories import BookingFactory, ServiceFactory, SessionFactory, UserFactory
from tests.fakes import FakeGateway

pytestmark = pytest.mark.django_db
BY = Actor.system(SystemActor.SETTLEMENT)


def cause(event_id: str = "") -> Cause:
    return Cause(BY, Source.WEBHOOK, clock.now(), event_id)


def pay(booking: Booking, stripe: FakeGateway, purpose: Purpose) -> Payment:
    payment = open_checkout(booking, purpose).payment
    apply_intent(stripe.pay(str(payment.intent_id)), cause())
    return Payment.objects.get(pk=payment.pk)


@pytest.fixture
def confirmed(booking: Booking, stripe: FakeGateway) -> Booking:
    pay(booking, stripe, Purpose.DEPOSIT)
    return Booking.objects.get(pk=booking.pk)


def signed_in(client: Client, booking: Booking) -> Client:
    backend = "allauth.account.auth_backends.AuthenticationBackend"
    client.force_login(booking.caregiver.user, backend=backend)
    return client


def heading(page: str) -> str:
    return page.partition("<h1>")[2].partition("</h1>")[0].strip()


def told(template: str) -> int:
    return Notification.objects.filter(template=template).count()


def test_the_balance_is_the_price_less_the_deposit_and_keeps_the_booking_confirmed(
    confirmed: Booking, stripe: FakeGateway
) -> None:
    assert balance_due(confirmed) == 3375

    payment = pay(confirmed, stripe, Purpose.BALANCE)

    booking = Booking.objects.get(pk=confirmed.pk)
    assert (payment.purpose, payment.status, payment.captured_amount) == ("balance", PaymentStatus.SUCCEEDED, 3375)
    assert (booking.status, balance_due(booking)) == (BookingStatus.CONFIRMED, 0)
    assert (told("balance_received"), told("booking_confirmed")) == (1, 1)


def test_it_is_asked_for_at_the_price_of_the_day_it_was_booked(confirmed: Booking, stripe: FakeGateway) -> None:
    type(confirmed.session.service).objects.update(price_amount=9900)
    assert open_checkout(confirmed, Purpose.BALANCE).intent.amount == 3375


def test_without_a_deposit_to_pay_the_balance_is_the_whole_price(stripe: FakeGateway) -> None:
    booking = BookingFactory(session=SessionFactory(service=ServiceFactory(deposit_value=0)))
    assert open_checkout(booking, Purpose.BALANCE).payment.amount == 4500


def test_a_deposit_of_the_whole_price_leaves_no_balance(stripe: FakeGateway) -> None:
    booking = BookingFactory(session=SessionFactory(service=ServiceFactory(deposit_value=10_000)))
    pay(booking, stripe, Purpose.DEPOSIT)
    with pytest.raises(CheckoutClosed):
        open_checkout(booking, Purpose.BALANCE)
    assert Payment.objects.count() == 1


def test_two_tabs_share_one_intent_and_a_second_live_payment_cannot_be_written(
    confirmed: Booking, stripe: FakeGateway
) -> None:
    first, second = open_checkout(confirmed, Purpose.BALANCE), open_checkout(confirmed, Purpose.BALANCE)
    assert first.intent.id == second.intent.id
    with pytest.raises(IntegrityError):
        Payment.objects.create(booking=confirmed, purpose=Purpose.BALANCE, amount=3375, currency="GBP")


def test_a_paid_balance_is_not_asked_for_again(confirmed: Booking, stripe: FakeGateway) -> None:
    pay(confirmed, stripe, Purpose.BALANCE)
    with pytest.raises(CheckoutClosed):
        open_checkout(confirmed, Purpose.BALANCE)
    assert Payment.objects.filter(purpose=Purpose.BALANCE).count() == 1


def test_an_unpaid_deposit_comes_first(booking: Booking, stripe: FakeGateway) -> None:
    with pytest.raises(CheckoutClosed):
        open_checkout(booking, Purpose.BALANCE)


def test_nothing_is_issued_once_the_session_has_begun_or_is_cancelled(confirmed: Booking, stripe: FakeGateway) -> None:
    with time_machine.travel(confirmed.session.starts_at), pytest.raises(CheckoutClosed):
        open_checkout(confirmed, Purpose.BALANCE)
    Session.objects.update(status=SessionStatus.CANCELLED)
    with pytest.raises(CheckoutClosed):
        open_checkout(confirmed, Purpose.BALANCE)
    assert not Payment.objects.filter(purpose=Purpose.BALANCE).exists()


def test_money_that_comes_after_the_session_began_is_kept(confirmed: Booking, stripe: FakeGateway) -> None:
    payment = open_checkout(confirmed, Purpose.BALANCE).payment
    Booking.objects.filter(pk=confirmed.pk).update(status=BookingStatus.COMPLETED)
    apply_intent(stripe.pay(str(payment.intent_id)), cause())
    assert Payment.objects.get(pk=payment.pk).status == PaymentStatus.SUCCEEDED
    assert not Refund.objects.exists()


def test_a_declined_balance_says_that_the_place_is_safe(confirmed: Booking, stripe: FakeGateway) -> None:
    payment = open_checkout(confirmed, Purpose.BALANCE).payment
    declined = stripe.set(str(payment.intent_id), last_error=PaymentError("card_declined", "insufficient_funds"))
    for minute, event_id in enumerate(("evt_1", "evt_2")):
        record_decline(payment.pk, declined, cause(event_id), occurred_at=clock.now() + timedelta(minutes=minute))
    mail = Notification.objects.get(template="balance_failed")
    assert (mail.context["amount"], mail.context["url"]) == ("£33.75", f"/balance/{confirmed.reference}/")
    assert told("payment_failed") == 0


class TestCancelled:
    """A booking that is cancelled while its balance can be paid."""

    def test_closes_the_balance_at_stripe(self, confirmed: Booking, stripe: FakeGateway) -> None:
        intent_id = open_checkout(confirmed, Purpose.BALANCE).intent.id
        cancel(confirmed, cause=Cause(BY, Source.CAREGIVER))
        assert stripe.intents[intent_id].status == "canceled"
        assert Payment.objects.get(purpose=Purpose.BALANCE).status == PaymentStatus.CANCELLED
        with pytest.raises(CheckoutClosed):
            open_checkout(confirmed, Purpose.BALANCE)

    def test_while_stripe_is_away_is_closed_by_the_sweep(self, confirmed: Booking, stripe: FakeGateway) -> None:
        intent_id = open_checkout(confirmed, Purpose.BALANCE).intent.id
        stripe.fail_next = [GatewayUnreachable("timeout")]
        cancel(confirmed, cause=Cause(BY, Source.CAREGIVER))
        assert stripe.intents[intent_id].status == "requires_payment_method"
        with time_machine.travel(clock.now() + timedelta(minutes=2)):
            assert close_stray_payments() == 1
            assert close_stray_payments() == 0
        assert stripe.intents[intent_id].status == "canceled"

    def test_after_a_lost_reply_finds_the_intent_and_closes_it(self, confirmed: Booking, stripe: FakeGateway) -> None:
        stripe.lose_next = 1
        with pytest.raises(GatewayUnreachable):
            open_checkout(confirmed, Purpose.BALANCE)
        cancel(confirmed, cause=Cause(BY, Source.CAREGIVER))
        assert [i.status for i in stripe.intents.values() if i.amount == 3375] == ["canceled"]

    def test_returns_a_balance_that_was_paid_meanwhile(self, confirmed: Booking, stripe: FakeGateway) -> None:
        payment = open_checkout(confirmed, Purpose.BALANCE).payment
        stripe.pay(str(payment.intent_id))  # its webhook is still on the way
        cancel(confirmed, cause=Cause(BY, Source.CAREGIVER))
        refunds = Refund.objects.order_by("pk").values_list("payment__purpose", "amount", "reason")
        assert list(refunds) == [("deposit", 1125, "cancellation"), ("balance", 3375, "late_money")]
        assert told("late_money_returned") == 1

    def test_returns_both_by_the_terms(self, confirmed: Booking, stripe: FakeGateway) -> None:
        pay(confirmed, stripe, Purpose.BALANCE)
        booking = Booking.objects.get(pk=confirmed.pk)
        with time_machine.travel(booking.session.starts_at - timedelta(hours=30)):
            assert quote(booking).amount == 2250
            cancel(booking, cause=Cause(BY, Source.CAREGIVER))
        assert list(Refund.objects.values_list("payment__purpose", "amount")) == [("balance", 2250)]


class TestPage:
    """/balance/<reference>/"""

    def test_asks_for_the_balance(self, confirmed: Booking, stripe: FakeGateway, client: Client) -> None:
        page = signed_in(client, confirmed).get(f"/balance/{confirmed.reference}/").content.decode()
        assert heading(page) == "Pay the balance"
        assert "Pay £33.75</button>" in page
        assert "data-client-secret" in page

    def test_says_paid_once_the_ledger_does(self, confirmed: Booking, stripe: FakeGateway, client: Client) -> None:
        address = f"/balance/{confirmed.reference}/"
        reply = signed_in(client, confirmed).get(address)
        assert client.get(f"{address}status.json").json() == {"state": "waiting", "payment": "pending"}
        payment = Payment.objects.get(purpose=Purpose.BALANCE)
        apply_intent(stripe.pay(str(payment.intent_id)), cause())
        reply = client.get(address)
        assert heading(reply.content.decode()) == "Paid in full"
        assert client.get(f"{address}status.json").json() == {"state": "paid", "payment": "succeeded"}

    def test_asks_stripe_itself_when_the_webhook_is_slow(
        self, confirmed: Booking, stripe: FakeGateway, client: Client
    ) -> None:
        payment = open_checkout(confirmed, Purpose.BALANCE).payment
        stripe.pay(str(payment.intent_id))
        reply = signed_in(client, confirmed).get(f"/balance/{confirmed.reference}/status.json?check=1")
        assert reply.json() == {"state": "paid", "payment": "succeeded"}

    def test_sends_an_unpaid_deposit_to_its_own_page(
        self, booking: Booking, stripe: FakeGateway, client: Client
    ) -> None:
        reply = signed_in(client, booking).get(f"/balance/{booking.reference}/")
        assert (reply.status_code, reply["Location"]) == (302, f"/deposit/{booking.reference}/")

    def test_says_so_when_the_session_has_begun(self, confirmed: Booking, stripe: FakeGateway, client: Client) -> None:
        signed_in(client, confirmed)
        Session.objects.update(starts_at=clock.now() - timedelta(minutes=1))
        page = client.get(f"/balance/{confirmed.reference}/").content.decode()
        assert "You can no longer pay the balance online" in page
        assert "£33.75" in page

    def test_says_so_when_stripe_is_away(self, confirmed: Booking, stripe: FakeGateway, client: Client) -> None:
        stripe.fail_next = [GatewayUnreachable("timeout")]
        reply = signed_in(client, confirmed).get(f"/balance/{confirmed.reference}/")
        assert reply.status_code == 503
        assert f'href="/balance/{confirmed.reference}/">Try again' in reply.content.decode()

    def test_is_not_found_by_anybody_else(self, confirmed: Booking, client: Client) -> None:
        client.force_login(UserFactory(), backend="allauth.account.auth_backends.AuthenticationBackend")
        assert client.get(f"/balance/{confirmed.reference}/").status_code == 404
        assert client.get(f"/balance/{confirmed.reference}/status.json").status_code == 404

    def test_the_bookings_page_says_what_is_still_to_pay(
        self, confirmed: Booking, stripe: FakeGateway, client: Client
    ) -> None:
        page = signed_in(client, confirmed).get("/dashboard/").content.decode()
        assert "Pay the balance" in page
        assert "<dt>Balance to pay</dt><dd><strong>£33.75</strong></dd>" in page
        pay(confirmed, stripe, Purpose.BALANCE)
        page = client.get("/dashboard/").content.decode()
        assert "Pay the balance" not in page
        assert "Balance to pay" not in page


def test_deposit_and_balance_have_their_receipts(confirmed: Booking, stripe: FakeGateway) -> None:
    pay(confirmed, stripe, Purpose.BALANCE)
    documents = documents_of(confirmed)
    assert [(document.description.partition(":")[0], document.amount) for document in documents] == [
        ("Deposit", 1125),
        ("Balance", 3375),
    ]
