"""Events end the same in whatever order and however often they come."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.db.models import Model
from wagtail.models import ReferenceIndex

from payments.domain import events
from payments.domain.events import process_inbox
from payments.enums import PaymentStatus
from payments.models import Discrepancy, Dispute, Payment, PaymentAttempt, ReceivedEvent, Refund
from portal.audit.models import AuditEvent
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from portal.common import clock
from portal.notifications.models import Notification
from tests.fakes import FakeGateway
from tests.unit.payments.events.deliveries import DECLINE, charged, end_state, opened, refunded, told

pytestmark = pytest.mark.django_db


def test_an_intents_events_end_the_same_in_any_order(db: None, stripe: FakeGateway) -> None:
    kinds = [
        "payment_intent.payment_failed",
        "payment_intent.processing",
        "payment_intent.succeeded",
        "charge.succeeded",
    ]
    ends = set()
    for order in permutations(kinds):
        payment = opened(stripe)
        stripe.pay(str(payment.intent_id))
        charged(payment, stripe)
        for kind in order:
            told(kind, payment)
            process_inbox()
        ends.add(end_state(payment))
    assert ends == {
        (
            PaymentStatus.SUCCEEDED,
            (1125, 0, 0, 37),
            BookingStatus.CONFIRMED,
            (("failed", "insufficient_funds"), ("succeeded", "")),
            (),
            1,
            0,
            ("booking_confirmed",),
            0,
        )
    }


def test_a_refund_made_at_stripe_ends_the_same_even_when_it_is_told_before_the_payment(stripe: FakeGateway) -> None:
    kinds = ["payment_intent.succeeded", "charge.refunded", "refund.created", "refund.updated"]
    ends = set()
    for order in permutations(kinds):
        payment = opened(stripe)
        stripe.pay(str(payment.intent_id))
        charged(payment, stripe, refunded=500)
        refunded(payment, stripe, 500)
        for kind in order:
            told(kind, payment)
            process_inbox()
        ends.add(end_state(payment))
    assert ends == {
        (
            PaymentStatus.PARTIALLY_REFUNDED,
            (1125, 500, 0, 37),
            BookingStatus.CONFIRMED,
            (("succeeded", ""),),
            ((500, "succeeded", "made_at_stripe"),),
            1,
            0,
            ("booking_confirmed",),
            0,
        )
    }


def test_a_cancelled_intent_ends_the_same_in_any_order(stripe: FakeGateway) -> None:
    kinds = ["payment_intent.created", "payment_intent.payment_failed", "payment_intent.canceled"]
    ends = set()
    for order in permutations(kinds):
        payment = opened(stripe)
        stripe.set(str(payment.intent_id), status="canceled", cancellation_reason="abandoned")
        for kind in order:
            told(kind, payment)
            process_inbox()
        ends.add(end_state(payment)[:4])
    failed = (("failed", "insufficient_funds"),)
    assert ends == {(PaymentStatus.CANCELLED, (0, 0, 0, None), BookingStatus.AWAITING_DEPOSIT, failed)}


def test_copies_of_an_event_change_nothing_more(stripe: FakeGateway) -> None:
    payment = opened(stripe)
    stripe.pay(str(payment.intent_id))
    for _ in range(3):
        told("payment_intent.payment_failed", payment)
        told("payment_intent.succeeded", payment)
    process_inbox()
    told_again = ReceivedEvent.objects.filter(type="payment_intent.succeeded").first()
    assert told_again is not None
    events.process(told_again)
    assert end_state(payment)[0] == PaymentStatus.SUCCEEDED
    assert Notification.objects.filter(template="booking_confirmed").count() == 1
    assert PaymentAttempt.objects.filter(outcome="succeeded").count() == 1


def test_two_events_of_one_decline_without_a_charge_are_one_attempt(stripe: FakeGateway) -> None:
    payment, moment = opened(stripe), clock.now().replace(microsecond=0)
    for second in (1, 0):
        told("payment_intent.payment_failed", payment, created_at=moment + timedelta(seconds=second))
        process_inbox()
    assert PaymentAttempt.objects.count() == 1


def test_a_decline_is_noted_once_and_told_once(stripe: FakeGateway) -> None:
    payment = opened(stripe)
    declined = told("payment_intent.payment_failed", payment)
    process_inbox()
    events.process(declined)
    later = clock.now().replace(microsecond=0) + timedelta(seconds=20)
    told("payment_intent.payment_failed", payment, created_at=later)  # another attempt, another event
    process_inbox()
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.PENDING
    attempts = PaymentAttempt.objects.values_list("outcome", "code", "decline_code")
    assert list(attempts) == [("failed", "card_declined", "insufficient_funds")] * 2
    assert list(Notification.objects.values_list("template", flat=True)) == ["payment_failed"]


@pytest.mark.parametrize("model", [Booking, Payment, Refund, Dispute, Discrepancy])
def test_wagtail_looks_up_no_references_when_the_ledger_is_saved(model: type[Model]) -> None:
    assert not ReferenceIndex.model_is_indexable(model)


def test_two_events_of_one_decline_are_one_audited_attempt(stripe: FakeGateway) -> None:
    payment = opened(stripe)
    moment = clock.now().replace(microsecond=0)
    for _ in range(2):
        told("payment_intent.payment_failed", payment, created_at=moment)
    process_inbox()
    assert PaymentAttempt.objects.count() == 1
    assert AuditEvent.objects.get(action="payment.declined").data == {"reason": "insufficient_funds"}


def test_two_declined_charges_are_two_attempts(stripe: FakeGateway) -> None:
    payment = opened(stripe)
    for charge in ("ch_1", "ch_2"):
        declined = told("payment_intent.payment_failed", payment)
        declined.payload["data"]["object"]["last_payment_error"] = {**DECLINE, "charge": charge}  # type: ignore[index]
        declined.save()
    process_inbox()
    assert set(PaymentAttempt.objects.values_list("reference", flat=True)) == {"ch_1", "ch_2"}
