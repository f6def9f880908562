"""The sequences: each a generator that pauses where events are delivered when they come in their natural order."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import time_machine

from payments.domain.checkout import check_once, open_checkout
from payments.domain.refunds.request import request_refund
from payments.domain.refunds.send import send_refunds
from payments.enums import RefundReason
from payments.models import Payment
from portal.audit.actor import Actor, Cause, Source
from portal.bookings.models import Booking
from portal.common import clock
from tests.replays.at_stripe import AtStripe

VISA: Final = "4242424242424242"
DECLINED: Final = "4000000000000002"
NO_FUNDS: Final = "4000000000009995"
ASKS_3DS: Final = "4000002760003184"
PROCESSING: Final = "4000000000007775"
DEPOSIT: Final = 1125

Sequence = Callable[[AtStripe, Booking], Iterator[None]]


@dataclass(frozen=True)
class End:
    """Where the booking and its newest payment must be; amounts in minor units, `open` the kinds that finance sees."""

    booking: str
    payment: str
    refunded: int = 0
    disputed: int = 0
    attempts: int = 1
    open: tuple[str, ...] = ()


def issued(booking: Booking) -> Payment:
    """Its deposit, with an intent that can be paid."""
    return open_checkout(booking).payment


def paid(at_stripe: AtStripe, booking: Booking) -> Payment:
    """Its deposit, paid at Stripe."""
    payment = issued(booking)
    at_stripe.pays(payment, VISA)
    return payment


def asked_for(payment: Payment, amount: int) -> None:
    """A refund asked for in the portal and not sent yet; the return page has heard of the money."""
    check_once(payment)
    payment.refresh_from_db()
    by = Actor.user(payment.booking.caregiver.user)
    request_refund(payment.pk, amount=amount, reason=RefundReason.GOODWILL, cause=Cause(by, Source.STAFF))


def two_declines_then_success(at_stripe: AtStripe, booking: Booking) -> Iterator[None]:
    payment = issued(booking)
    at_stripe.pays(payment, DECLINED)
    yield
    at_stripe.pays(payment, NO_FUNDS)
    yield
    at_stripe.pays(payment, VISA)
    yield


def three_d_secure_fails_then_success(at_stripe: AtStripe, booking: Booking) -> Iterator[None]:
    payment = issued(booking)
    at_stripe.pays(payment, ASKS_3DS)
    yield
    at_stripe.authenticates(payment, passes=False)
    yield
    at_stripe.pays(payment, VISA)
    yield


def first_of_two_refunds_fails(at_stripe: AtStripe, booking: Booking) -> Iterator[None]:
    payment = paid(at_stripe, booking)
    yield
    first = at_stripe.refund(payment, 400)
    yield
    at_stripe.refund(payment, 500)
    yield
    at_stripe.refund_becomes(first, "failed")
    yield


def dispute_won_then_another(at_stripe: AtStripe, booking: Booking) -> Iterator[None]:
    payment = paid(at_stripe, booking)
    yield
    dispute = at_stripe.dispute(payment)
    yield
    at_stripe.dispute_is(dispute, "close", status="won")
    yield
    at_stripe.dispute(payment)
    yield


def inquiry_escalates_is_lost_and_partly_returned(at_stripe: AtStripe, booking: Booking) -> Iterator[None]:
    payment = paid(at_stripe, booking)
    yield
    dispute = at_stripe.dispute(payment, inquiry=True)
    yield
    at_stripe.dispute_is(dispute, "escalate")
    yield
    at_stripe.dispute_is(dispute, "close", status="lost")
    yield
    at_stripe.dispute_is(dispute, "reinstate", amount=425)
    yield


def cancelled_between_form_and_confirm(at_stripe: AtStripe, booking: Booking) -> Iterator[None]:
    payment = issued(booking)
    at_stripe.intent(payment, "canceled")
    yield


def processing_then_failed(at_stripe: AtStripe, booking: Booking) -> Iterator[None]:
    payment = issued(booking)
    at_stripe.pays(payment, PROCESSING)
    yield
    at_stripe.intent(payment, "failed")
    yield


def refund_pending_then_succeeded_then_failed(at_stripe: AtStripe, booking: Booking) -> Iterator[None]:
    payment = paid(at_stripe, booking)
    yield
    refund = at_stripe.refund(payment, DEPOSIT)
    at_stripe.refund_becomes(refund, "pending")
    yield
    at_stripe.refund_becomes(refund, "succeeded")
    yield
    at_stripe.refund_becomes(refund, "failed")
    yield


def two_intents_for_one_booking(at_stripe: AtStripe, booking: Booking) -> Iterator[None]:
    first = issued(booking)
    at_stripe.intent(first, "canceled")
    yield
    second = issued(booking)
    at_stripe.pays(second, VISA)
    yield


def refund_fails_and_is_made_again(at_stripe: AtStripe, booking: Booking) -> Iterator[None]:
    payment = paid(at_stripe, booking)
    yield
    at_stripe.refund_becomes(at_stripe.refund(payment, DEPOSIT), "failed")
    yield
    at_stripe.refund(payment, DEPOSIT)
    yield


def refund_of_everything_in_the_dashboard(at_stripe: AtStripe, booking: Booking) -> Iterator[None]:
    payment = paid(at_stripe, booking)
    yield
    at_stripe.refund(payment, DEPOSIT)
    yield


def partial_refund_then_dispute_lost(at_stripe: AtStripe, booking: Booking) -> Iterator[None]:
    payment = paid(at_stripe, booking)
    yield
    at_stripe.refund(payment, 500)
    yield
    dispute = at_stripe.dispute(payment)
    yield
    at_stripe.dispute_is(dispute, "close", status="lost")
    yield


def reserved_refund_gives_way_to_the_dashboard(at_stripe: AtStripe, booking: Booking) -> Iterator[None]:
    payment = paid(at_stripe, booking)
    asked_for(payment, DEPOSIT)
    at_stripe.refund(payment, 500)
    yield
    send_refunds()
    yield
    with time_machine.travel(clock.now() + timedelta(minutes=10)):  # Stripe said no to the whole, when it came first
        send_refunds()
    yield


def refund_meets_a_dispute(at_stripe: AtStripe, booking: Booking) -> Iterator[None]:
    payment = paid(at_stripe, booking)
    asked_for(payment, DEPOSIT)
    dispute = at_stripe.dispute(payment)
    send_refunds()
    yield
    at_stripe.dispute_is(dispute, "close", status="won")
    yield


def early_fraud_warning_is_refunded_in_time(at_stripe: AtStripe, booking: Booking) -> Iterator[None]:
    payment = paid(at_stripe, booking)
    at_stripe.fraud_warning(payment)
    yield
    asked_for(payment, DEPOSIT)
    send_refunds()
    yield


ENDS: Final[dict[Sequence, End]] = {
    two_declines_then_success: End("confirmed", "succeeded", attempts=3),
    three_d_secure_fails_then_success: End("confirmed", "succeeded", attempts=2),
    first_of_two_refunds_fails: End("confirmed", "partially_refunded", refunded=500, open=("refund_blocked",)),
    dispute_won_then_another: End("confirmed", "succeeded", disputed=DEPOSIT),
    inquiry_escalates_is_lost_and_partly_returned: End("confirmed", "succeeded", disputed=700),
    cancelled_between_form_and_confirm: End("awaiting_deposit", "cancelled", attempts=0),
    processing_then_failed: End("awaiting_deposit", "pending"),
    refund_pending_then_succeeded_then_failed: End("confirmed", "succeeded", open=("refund_blocked",)),
    two_intents_for_one_booking: End("confirmed", "succeeded"),
    refund_fails_and_is_made_again: End("confirmed", "refunded", refunded=DEPOSIT, open=("money_went_back",)),
    refund_of_everything_in_the_dashboard: End("confirmed", "refunded", refunded=DEPOSIT, open=("money_went_back",)),
    partial_refund_then_dispute_lost: End(
        "confirmed", "partially_refunded", refunded=500, disputed=625, open=("money_went_back",)
    ),
    reserved_refund_gives_way_to_the_dashboard: End(
        "confirmed", "refunded", refunded=DEPOSIT, open=("money_went_back",)
    ),
    refund_meets_a_dispute: End("confirmed", "succeeded", open=("refund_blocked",)),
    early_fraud_warning_is_refunded_in_time: End("confirmed", "refunded", refunded=DEPOSIT),
}
