"""A balance paid otherwise: entered by staff, taken back by a counter-entry, never twice and never beside a card."""

from datetime import date, timedelta

import pytest
import time_machine

from payments.documents import documents_of
from payments.domain.cancellation import cancel
from payments.domain.checkout import CheckoutClosed, open_checkout
from payments.domain.evidence import draft_of
from payments.domain.intent_sync import apply_intent
from payments.domain.offline import OfflineRefused, record_balance, reverse_offline_payment
from payments.domain.pricing import balance_due
from payments.domain.refunds.quote import quote
from payments.domain.refunds.request import request_refund
from payments.domain.refunds.retry import mark_refunded_offline
from payments.enums import OfflineKind, PaymentStatus, Purpose, RefundReason
from payments.gateway.base import GatewayUnreachable
from payments.models import Dispute, OfflineReceipt, Payment, PaymentTransition, Refund
from payments.queries import payments_of, row
from portal.audit.actor import Actor, Cause, Source
from portal.audit.models import AuditEvent
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from portal.common import clock
from portal.notifications.models import Notification
from tests.factories import BookingFactory, ServiceFactory, SessionFactory, UserFactory
from tests.fakes import FakeGateway

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(db: None) -> Actor:
    return Actor.user(UserFactory())


@pytest.fixture
def confirmed(booking: Booking, stripe: FakeGateway) -> Booking:
    payment = open_checkout(booking).payment
    cause = Cause(Actor.stripe("evt_1"), Source.WEBHOOK, clock.now(), "evt_1")
    apply_intent(stripe.pay(str(payment.intent_id)), cause)
    return Booking.objects.get(pk=booking.pk)


def entered(booking: Booking, staff: Actor) -> Payment:
    return record_balance(
        booking.pk,
        kind=OfflineKind.CASH,
        received_on=date(2026, 11, 20),
        reference="slip 7",
        cause=Cause(staff, Source.STAFF),
    )


def fresh(booking: Booking) -> Booking:
    return Booking.objects.get(pk=booking.pk)


def test_it_is_a_payment_like_any_other_with_who_and_how(confirmed: Booking, staff: Actor) -> None:
    payment = entered(confirmed, staff)

    assert (payment.purpose, payment.method, payment.status) == ("balance", "offline", PaymentStatus.SUCCEEDED)
    assert (payment.amount, payment.captured_amount, payment.intent_id) == (3375, 3375, None)
    assert str(payment.offline_receipt) == "Cash, 20 November 2026"
    transition = PaymentTransition.objects.get(payment=payment)
    assert (transition.actor_id, transition.source, transition.to_status) == (staff.id, "staff", "succeeded")
    assert AuditEvent.objects.get(action="payment.entered").data == {"amount": 3375, "kind": "cash"}
    assert balance_due(fresh(confirmed)) == 0
    assert Notification.objects.filter(template="balance_received").count() == 1
    assert [document.amount for document in documents_of(confirmed)] == [1125, 3375]


def test_sent_twice_it_is_entered_once(confirmed: Booking, staff: Actor) -> None:
    entered(confirmed, staff)
    with pytest.raises(OfflineRefused, match="already been paid"):
        entered(confirmed, staff)
    assert OfflineReceipt.objects.count() == 1


def test_an_open_card_form_is_closed_first(confirmed: Booking, staff: Actor, stripe: FakeGateway) -> None:
    intent_id = open_checkout(confirmed, Purpose.BALANCE).intent.id
    entered(confirmed, staff)
    assert stripe.intents[intent_id].status == "canceled"
    with pytest.raises(CheckoutClosed):
        open_checkout(confirmed, Purpose.BALANCE)


def test_a_card_that_was_quicker_stands(confirmed: Booking, staff: Actor, stripe: FakeGateway) -> None:
    stripe.pay(open_checkout(confirmed, Purpose.BALANCE).intent.id)
    with pytest.raises(OfflineRefused, match="already been paid"):
        entered(confirmed, staff)
    assert list(Payment.objects.filter(purpose="balance").values_list("method", "status")) == [("stripe", "succeeded")]


def test_a_card_payment_under_way_is_waited_for(confirmed: Booking, staff: Actor, stripe: FakeGateway) -> None:
    stripe.set(open_checkout(confirmed, Purpose.BALANCE).intent.id, status="processing")
    with pytest.raises(OfflineRefused, match="in progress"):
        entered(confirmed, staff)
    assert not OfflineReceipt.objects.exists()


def test_without_an_answer_of_stripe_nothing_is_entered(confirmed: Booking, staff: Actor, stripe: FakeGateway) -> None:
    open_checkout(confirmed, Purpose.BALANCE)
    stripe.fail_next = [GatewayUnreachable("timeout")]
    with pytest.raises(OfflineRefused, match="isn’t responding"):
        entered(confirmed, staff)
    assert not OfflineReceipt.objects.exists()


@pytest.mark.parametrize("status", [BookingStatus.AWAITING_DEPOSIT, BookingStatus.CANCELLED, BookingStatus.EXPIRED])
def test_only_a_confirmed_booking_owes_a_balance(confirmed: Booking, staff: Actor, status: BookingStatus) -> None:
    Booking.objects.update(status=status)
    with pytest.raises(OfflineRefused, match="Only confirmed bookings"):
        entered(confirmed, staff)


@pytest.mark.parametrize("status", [BookingStatus.COMPLETED, BookingStatus.NO_SHOW])
def test_it_may_be_paid_after_the_session(confirmed: Booking, staff: Actor, status: BookingStatus) -> None:
    Booking.objects.update(status=status)
    assert entered(confirmed, staff).captured_amount == 3375


def test_a_mistake_is_taken_back_by_a_counter_entry(confirmed: Booking, staff: Actor, stripe: FakeGateway) -> None:
    payment = entered(confirmed, staff)

    entry = reverse_offline_payment(payment.pk, note="the wrong booking", cause=Cause(staff, Source.STAFF))

    payment.refresh_from_db()
    assert (entry.amount, entry.status, entry.reason, entry.note) == (
        3375,
        "succeeded",
        "taken_back",
        "the wrong booking",
    )
    assert (payment.status, payment.refunded_amount) == (PaymentStatus.REFUNDED, 3375)
    assert AuditEvent.objects.get(action="payment.taken_back").actor_id == staff.id
    assert balance_due(fresh(confirmed)) == 3375
    assert [call for call in stripe.calls if "refund" in call] == []
    assert open_checkout(fresh(confirmed), Purpose.BALANCE).intent.amount == 3375  # payable again, by card too


def test_taken_back_twice_is_one_counter_entry(confirmed: Booking, staff: Actor) -> None:
    payment = entered(confirmed, staff)
    reverse_offline_payment(payment.pk, note="a", cause=Cause(staff, Source.STAFF))
    with pytest.raises(OfflineRefused, match="already been reversed"):
        reverse_offline_payment(payment.pk, note="b", cause=Cause(staff, Source.STAFF))
    assert Refund.objects.count() == 1


def test_a_card_payment_is_not_taken_back(confirmed: Booking, staff: Actor) -> None:
    with pytest.raises(OfflineRefused, match="Refund it instead"):
        reverse_offline_payment(confirmed.payments.get().pk, note="a", cause=Cause(staff, Source.STAFF))


def test_entered_again_after_it_was_taken_back(confirmed: Booking, staff: Actor) -> None:
    reverse_offline_payment(entered(confirmed, staff).pk, note="a", cause=Cause(staff, Source.STAFF))
    entered(confirmed, staff)
    assert balance_due(fresh(confirmed)) == 0
    assert OfflineReceipt.objects.count() == 2


@pytest.mark.parametrize("reason", [RefundReason.GOODWILL, RefundReason.MISTAKE])
def test_what_finance_gave_back_by_hand_is_not_asked_for_again(
    confirmed: Booking, staff: Actor, reason: RefundReason
) -> None:
    payment = entered(confirmed, staff)
    refund = request_refund(payment.pk, amount=3375, reason=reason, cause=Cause(staff, Source.STAFF))
    mark_refunded_offline(refund.pk, amount=3375, cause=Cause(staff, Source.STAFF))

    payment.refresh_from_db()
    assert (payment.status, balance_due(fresh(confirmed))) == (PaymentStatus.REFUNDED, 0)
    with pytest.raises(OfflineRefused, match="already been paid"):
        entered(confirmed, staff)


@pytest.mark.parametrize(("entries", "back"), [(0, 562), (1, 2250)])
def test_an_entry_that_was_taken_back_brings_nothing_back_when_the_booking_is_cancelled(
    confirmed: Booking, staff: Actor, entries: int, back: int
) -> None:
    reverse_offline_payment(entered(confirmed, staff).pk, note="a", cause=Cause(staff, Source.STAFF))
    for _ in range(entries):
        entered(confirmed, staff)

    with time_machine.travel(confirmed.session.starts_at - timedelta(hours=30)):  # half comes back
        offered = quote(fresh(confirmed))
        cancel(fresh(confirmed), cause=Cause(staff, Source.STAFF))

    refunds = Refund.objects.exclude(reason=RefundReason.TAKEN_BACK)
    assert (offered.amount, sum(refunds.values_list("amount", flat=True))) == (back, back)


def test_an_entry_that_was_taken_back_is_money_on_no_page_nor_receipt_nor_answer_to_a_bank(
    confirmed: Booking, staff: Actor
) -> None:
    reverse_offline_payment(entered(confirmed, staff).pk, note="a", cause=Cause(staff, Source.STAFF))
    shown = [(entry.purpose_label, entry.amount, entry.status_label) for entry in payments_of(fresh(confirmed))]
    assert shown == [("Deposit", 1125, "Paid"), ("Balance", 3375, "Entered by mistake: no payment was made")]
    assert [document.amount for document in documents_of(confirmed)] == [1125, 3375, 3375]
    dispute = Dispute.objects.create(
        payment=confirmed.payments.get(purpose=Purpose.DEPOSIT), stripe_dispute_id="du_1", amount=1125,
        status="needs_response",
    )  # fmt: skip
    assert "33.75" not in draft_of(dispute)["receipt"]


def test_a_booking_with_nothing_but_an_entry_made_by_mistake_offers_no_receipt(
    staff: Actor, stripe: FakeGateway
) -> None:
    free = BookingFactory(session=SessionFactory(service=ServiceFactory(deposit_value=0)))
    Booking.objects.update(status=BookingStatus.CONFIRMED)
    reverse_offline_payment(entered(free, staff).pk, note="a", cause=Cause(staff, Source.STAFF))
    assert row(fresh(free)).has_receipt is False
