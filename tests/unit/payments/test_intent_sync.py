"""What Stripe says of an intent, applied to the ledger and the booking: in any order, any number of times."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from payments.domain.checkout import CheckoutClosed, open_checkout
from payments.domain.intent_sync import apply_intent, record_decline
from payments.enums import Applied, PaymentStatus
from payments.gateway.base import GatewayRefused, Intent, PaymentError
from payments.models import Discrepancy, Payment, PaymentAttempt, PaymentTransition, Refund
from portal.audit.models import AuditEvent
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking, Session
from portal.common import clock
from portal.notifications.models import Notification
from tests.factories import BookingFactory, CareRecipientFactory, SessionFactory
from tests.fakes import FakeGateway
from tests.ledger import cause

pytestmark = pytest.mark.django_db


def fresh(booking: Booking) -> Booking:
    return Booking.objects.get(pk=booking.pk)


def opened(booking: Booking) -> Payment:
    return open_checkout(booking).payment


def test_a_paid_intent_confirms_the_booking_once_however_often_told(booking: Booking, stripe: FakeGateway) -> None:
    payment = opened(booking)
    paid = stripe.pay(str(payment.intent_id))

    results = [
        apply_intent(paid, cause("evt_1")),
        apply_intent(paid, cause("evt_1")),
        apply_intent(paid, cause("evt_2")),
    ]

    payment.refresh_from_db()
    booking.refresh_from_db()
    assert results == [Applied.APPLIED] * 3
    assert (payment.status, payment.captured_amount) == (PaymentStatus.SUCCEEDED, 1125)
    assert booking.status == BookingStatus.CONFIRMED
    assert PaymentTransition.objects.filter(payment=payment).count() == 1
    assert sorted(Notification.objects.values_list("template", flat=True)) == ["booking_confirmed"]
    assert AuditEvent.objects.filter(action="payment.moved", stripe_event_id="evt_1").count() == 1


@pytest.mark.parametrize("late", ["requires_payment_method", "requires_action", "processing", "canceled"])
def test_news_that_comes_after_success_changes_nothing(booking: Booking, stripe: FakeGateway, late: str) -> None:
    payment = opened(booking)
    paid = stripe.pay(str(payment.intent_id))
    apply_intent(paid, cause("evt_1"))

    apply_intent(replace(paid, status=late, amount_received=0), cause("evt_2"))

    payment.refresh_from_db()
    booking.refresh_from_db()
    assert (payment.status, booking.status) == (PaymentStatus.SUCCEEDED, BookingStatus.CONFIRMED)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"amount": 1, "amount_received": 1}, "amount_differs"),
        ({"amount_received": 1124}, "amount_differs"),
        ({"currency": "EUR"}, "amount_differs"),
        ({"livemode": True}, "mode_differs"),
    ],
)
def test_an_intent_that_does_not_fit_raises_a_discrepancy_and_keeps_the_place(
    booking: Booking, stripe: FakeGateway, change: dict[str, Any], kind: str
) -> None:
    payment = opened(booking)
    paid = stripe.pay(str(payment.intent_id))

    assert apply_intent(replace(paid, **change), cause()) is Applied.DISCREPANCY
    assert apply_intent(replace(paid, **change), cause("evt_2")) is Applied.DISCREPANCY

    payment.refresh_from_db()
    booking.refresh_from_db()
    assert list(Discrepancy.objects.values_list("kind", "payment_id")) == [(kind, payment.pk)]
    assert (payment.status, booking.status) == (PaymentStatus.PENDING, BookingStatus.AWAITING_DEPOSIT)
    assert Session.objects.get(pk=booking.session_id).held == 1


@pytest.mark.parametrize(
    ("status", "minutes", "told"),
    [("requires_payment_method", 0, 1), ("processing", 0, 0), ("requires_payment_method", 31, 0)],
)
def test_a_decline_asks_to_try_again_only_while_that_can_be_done(
    booking: Booking, stripe: FakeGateway, status: str, minutes: int, told: int
) -> None:
    payment = opened(booking)
    declined = stripe.set(str(payment.intent_id), last_error=PaymentError("card_declined"))
    apply_intent(replace(declined, status=status), cause())
    with time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=False):
        record_decline(payment.pk, declined, cause(), occurred_at=clock.now())
    assert PaymentAttempt.objects.count() == 1
    assert Notification.objects.filter(template="payment_failed").count() == told


def test_an_intent_of_somebody_else_is_unmatched(booking: Booking, stripe: FakeGateway) -> None:
    intent = stripe.intents[str(opened(booking).intent_id)]
    assert apply_intent(replace(intent, id="pi_other", metadata={}), cause()) is Applied.UNMATCHED


@pytest.mark.parametrize("claimed", ["", "abc", "-1", "9" * 30, "999999999"])
def test_nonsense_in_metadata_matches_nothing(booking: Booking, stripe: FakeGateway, claimed: str) -> None:
    intent = stripe.intents[str(opened(booking).intent_id)]
    unknown = replace(intent, id="pi_other", metadata={**intent.metadata, "payment_id": claimed})
    assert apply_intent(unknown, cause()) is Applied.UNMATCHED


def test_a_lost_reply_is_matched_by_the_payment_in_the_metadata(booking: Booking, stripe: FakeGateway) -> None:
    from payments.gateway.base import GatewayUnreachable

    stripe.lose_next = 1
    with pytest.raises(GatewayUnreachable):
        open_checkout(booking)
    payment = Payment.objects.get(booking=booking)
    assert payment.intent_id is None
    (intent_id,) = stripe.intents

    assert apply_intent(stripe.pay(intent_id), cause()) is Applied.APPLIED

    payment.refresh_from_db()
    assert (payment.intent_id, payment.status) == (intent_id, PaymentStatus.SUCCEEDED)


@pytest.mark.parametrize("claimed", [{"booking_reference": "7K3M-9QX2-W4TD"}, {"booking_reference": ""}])
def test_after_a_restore_a_number_that_is_given_again_matches_no_other_booking(
    booking: Booking, stripe: FakeGateway, claimed: dict[str, str]
) -> None:
    payment = opened(booking)
    lost = stripe.pay(str(payment.intent_id))
    Payment.objects.filter(pk=payment.pk).update(intent_id=None)

    assert apply_intent(replace(lost, metadata=lost.metadata | claimed), cause()) is Applied.UNMATCHED

    payment.refresh_from_db()
    assert (payment.intent_id, payment.status) == (None, PaymentStatus.PENDING)


def test_opening_the_page_again_gives_the_same_intent(booking: Booking, stripe: FakeGateway) -> None:
    first, second = open_checkout(booking), open_checkout(booking)
    assert first.intent.id == second.intent.id
    assert stripe.calls == ["create_deposit_intent", "retrieve_intent"]
    assert Payment.objects.filter(booking=booking).count() == 1


def test_an_intent_cancelled_at_stripe_is_replaced_by_a_new_payment(booking: Booking, stripe: FakeGateway) -> None:
    first = open_checkout(booking)
    stripe.set(first.intent.id, status="canceled", cancellation_reason="requested_by_customer")

    second = open_checkout(booking)

    assert second.payment.pk != first.payment.pk
    assert list(Payment.objects.filter(booking=booking).order_by("pk").values_list("status", flat=True)) == [
        "cancelled",
        "pending",
    ]


def test_a_receipt_address_that_stripe_refuses_is_left_out_and_noted(booking: Booking, stripe: FakeGateway) -> None:
    stripe.fail_next = [GatewayRefused("email_invalid")]
    payment = open_checkout(booking).payment
    assert (payment.intent_id is not None, payment.receipt_email) == (True, "")
    assert AuditEvent.objects.get(action="payment.receipt_address_refused").data == {"code": "email_invalid"}


def test_another_refusal_is_not_tried_again(booking: Booking, stripe: FakeGateway) -> None:
    stripe.fail_next = [GatewayRefused("amount_too_small")]
    with pytest.raises(GatewayRefused):
        open_checkout(booking)
    assert stripe.calls == ["create_deposit_intent"]


def test_the_receipt_goes_to_the_address_that_the_account_has_then(booking: Booking, stripe: FakeGateway) -> None:
    user = booking.caregiver.user
    user.email = "new@example.com"
    user.save()
    assert open_checkout(booking).payment.receipt_email == "new@example.com"


def test_the_receipt_follows_the_account_while_it_is_unpaid(booking: Booking, stripe: FakeGateway) -> None:
    payment = opened(booking)
    booking.caregiver.user.email = "new@example.com"
    booking.caregiver.user.save()
    assert opened(fresh(booking)).receipt_email == "new@example.com"
    assert stripe.receipt_emails == {payment.intent_id: "new@example.com"}
    opened(fresh(booking))
    assert stripe.calls.count("update_receipt_email") == 1


def test_a_new_address_that_stripe_refuses_is_left_out_and_noted(booking: Booking, stripe: FakeGateway) -> None:
    payment = opened(booking)
    booking.caregiver.user.email = "new@example.com"
    booking.caregiver.user.save()
    update, refusals = stripe.update_receipt_email, [GatewayRefused("email_invalid")]

    def refused_once(intent_id: str, address: str) -> Intent:
        stripe.fail_next, refusals[:] = refusals[:], []  # type: ignore[assignment]
        return update(intent_id, address)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(stripe, "update_receipt_email", refused_once)
        assert opened(fresh(booking)).receipt_email == ""
    assert stripe.receipt_emails == {payment.intent_id: ""}
    assert AuditEvent.objects.filter(action="payment.receipt_address_refused").count() == 1
    opened(fresh(booking))
    assert stripe.calls.count("update_receipt_email") == 2


def renamed(booking: Booking, address: str) -> Booking:
    booking.caregiver.user.email = address
    booking.caregiver.user.save()
    return fresh(booking)


def at_call(stripe: FakeGateway, number: int, *, error: BaseException, done: bool) -> Callable[[str, str], Intent]:
    """`update_receipt_email` that ends in `error` at its call `number`, before or after Stripe has `done` it."""
    update, calls = stripe.update_receipt_email, []

    def raises(intent_id: str, address: str) -> Intent:
        calls.append(address)
        if address and "refused" in address:
            raise GatewayRefused("email_invalid")
        if len(calls) != number:
            return update(intent_id, address)
        if done:
            update(intent_id, address)
        raise error

    return raises


@pytest.mark.parametrize("done", [False, True])
def test_a_worker_killed_while_an_address_is_left_out_is_followed_by_one_that_ends_it(
    booking: Booking, stripe: FakeGateway, done: bool
) -> None:
    payment = opened(booking)
    changed = renamed(booking, "refused@example.com")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(stripe, "update_receipt_email", at_call(stripe, 2, error=SystemExit(), done=done))
        with pytest.raises(SystemExit):
            open_checkout(changed)
        payment.refresh_from_db()
        assert payment.receipt_email != ""
        assert opened(changed).receipt_email == ""
    assert stripe.receipt_emails == {payment.intent_id: ""}
    assert AuditEvent.objects.filter(action="payment.receipt_address_refused").count() == 1
    assert payment.intent_id == opened(changed).intent_id


def test_a_worker_killed_between_a_refused_address_and_the_intent_without_it(
    booking: Booking, stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    create, refusals = stripe.create_deposit_intent, [GatewayRefused("email_invalid"), SystemExit()]

    def dies(*args: Any, **kwargs: Any) -> Intent:
        if refusals:
            raise refusals.pop(0)
        return create(*args, **kwargs)

    monkeypatch.setattr(stripe, "create_deposit_intent", dies)
    with pytest.raises(SystemExit):
        open_checkout(booking)
    payment = opened(fresh(booking))
    assert (payment.receipt_email, stripe.intents[str(payment.intent_id)].receipt_email) == ("", "")
    assert (len(stripe.intents), Payment.objects.count()) == (1, 1)
    assert AuditEvent.objects.filter(action="payment.receipt_address_refused").count() == 1


@pytest.mark.parametrize("address", ["new@example.com", "newer@example.com", "as_it_was"])
def test_an_address_that_stripe_has_and_the_row_has_not_is_put_right(
    booking: Booking, stripe: FakeGateway, address: str
) -> None:
    """The worker was killed between Stripe's answer and the row; the account may have another address since."""
    before = opened(booking).receipt_email
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(stripe, "update_receipt_email", at_call(stripe, 1, error=SystemExit(), done=True))
        with pytest.raises(SystemExit):
            open_checkout(renamed(booking, "new@example.com"))
    wanted = before if address == "as_it_was" else address
    payment = opened(renamed(booking, wanted))
    assert (payment.receipt_email, stripe.receipt_emails) == (wanted, {payment.intent_id: wanted})
    assert stripe.calls.count("update_receipt_email") == (1 if address == "new@example.com" else 2)


def test_nothing_is_issued_once_the_hold_is_over(booking: Booking, stripe: FakeGateway) -> None:
    with time_machine.travel(clock.now() + timedelta(minutes=31)), pytest.raises(CheckoutClosed):
        open_checkout(booking)
    assert stripe.calls == []


class TestLateMoney:
    """Money for a place that was released."""

    @pytest.fixture
    def expired(self, booking: Booking, stripe: FakeGateway) -> Payment:
        payment = opened(booking)
        Booking.objects.filter(pk=booking.pk).update(status=BookingStatus.EXPIRED)
        Session.objects.filter(pk=booking.session_id).update(held=0)
        return payment

    def test_takes_the_place_again_while_it_is_free(self, expired: Payment, stripe: FakeGateway) -> None:
        apply_intent(stripe.pay(str(expired.intent_id)), cause())
        booking = Booking.objects.get(pk=expired.booking_id)
        assert booking.status == BookingStatus.CONFIRMED
        assert Session.objects.get(pk=booking.session_id).held == 1
        assert not Refund.objects.exists()

    def test_goes_back_when_the_session_is_full(self, expired: Payment, stripe: FakeGateway) -> None:
        session = SessionFactory._meta.model.objects.get(pk=expired.booking.session_id)
        Session.objects.filter(pk=session.pk).update(held=session.capacity)
        apply_intent(stripe.pay(str(expired.intent_id)), cause())
        self._went_back(expired)

    def test_goes_back_when_the_session_is_closed(self, expired: Payment, stripe: FakeGateway) -> None:
        Session.objects.filter(pk=expired.booking.session_id).update(status="closed")
        apply_intent(stripe.pay(str(expired.intent_id)), cause())
        self._went_back(expired)

    def test_goes_back_when_the_person_has_another_place_in_it(self, expired: Payment, stripe: FakeGateway) -> None:
        BookingFactory(session=expired.booking.session, care_recipient=expired.booking.care_recipient)
        apply_intent(stripe.pay(str(expired.intent_id)), cause())
        self._went_back(expired)

    def test_takes_a_place_beside_another_person_of_the_family(self, expired: Payment, stripe: FakeGateway) -> None:
        other = CareRecipientFactory(caregiver=expired.booking.caregiver)
        BookingFactory(session=expired.booking.session, care_recipient=other)
        apply_intent(stripe.pay(str(expired.intent_id)), cause())
        assert Booking.objects.get(pk=expired.booking_id).status == BookingStatus.CONFIRMED
        assert not Refund.objects.exists()

    def test_goes_back_after_a_cancellation(self, expired: Payment, stripe: FakeGateway) -> None:
        Booking.objects.filter(pk=expired.booking_id).update(status=BookingStatus.CANCELLED)
        apply_intent(stripe.pay(str(expired.intent_id)), cause())
        self._went_back(expired, BookingStatus.CANCELLED)

    @staticmethod
    def _went_back(payment: Payment, booking_status: BookingStatus = BookingStatus.EXPIRED) -> None:
        refund = Refund.objects.get(payment=payment)
        assert (refund.amount, refund.reason, refund.status) == (1125, "late_money", "requested")
        assert Booking.objects.get(pk=payment.booking_id).status == booking_status
        assert list(Notification.objects.values_list("template", flat=True)) == ["late_money_returned"]
