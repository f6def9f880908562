"""Events about what the ledger does not have, or has otherwise."""

from datetime import timedelta
from typing import Any

import pytest

from payments.domain.checkout import open_checkout
from payments.domain.events import process_inbox
from payments.enums import PaymentStatus
from payments.gateway.base import (
    GatewayUnreachable,
)
from payments.models import Discrepancy, Payment, ReceivedEvent
from portal.bookings.enums import BookingStatus
from portal.common import clock
from tests.factories import BookingFactory
from tests.fakes import FakeGateway
from tests.unit.payments.events.deliveries import charged, end_state, event, opened, refunded, told

pytestmark = pytest.mark.django_db


def test_a_charge_finds_its_payment_though_the_intents_id_was_lost(stripe: FakeGateway) -> None:
    booking = BookingFactory()
    stripe.lose_next = 1
    with pytest.raises(GatewayUnreachable):
        open_checkout(booking)
    payment = Payment.objects.get(booking=booking)
    (intent_id,) = stripe.intents
    stripe.pay(intent_id)
    payment.intent_id = intent_id
    charged(payment, stripe)
    told("charge.succeeded", payment)
    process_inbox()
    assert end_state(payment)[:3] == (PaymentStatus.SUCCEEDED, (1125, 0, 0, 37), BookingStatus.CONFIRMED)


def test_a_refund_of_money_that_never_came_is_a_discrepancy_and_no_payment(stripe: FakeGateway) -> None:
    payment = opened(stripe)
    refunded(payment, stripe, 500, status="failed")
    told("refund.failed", payment)
    process_inbox()
    payment.refresh_from_db()
    assert (payment.status, payment.captured_amount) == (PaymentStatus.PENDING, 0)
    assert list(Discrepancy.objects.values_list("kind", "amount")) == [("refund_differs", 500)]


@pytest.mark.parametrize("kind", ["product.created", "transfer.created", "charges.odd", "x"])
def test_what_is_not_about_the_ledger_is_ignored(kind: str, stripe: FakeGateway) -> None:
    row = event(kind, {"id": "x_1"})
    process_inbox()
    row.refresh_from_db()
    assert (row.ledger_state, stripe.calls) == ("ignored", [])


def test_an_intent_of_somebody_else_is_unmatched_without_a_call(stripe: FakeGateway) -> None:
    payment = opened(stripe)
    stripe.calls.clear()
    payment.intent_id, payment.pk = "pi_elsewhere", 0
    row = told("payment_intent.processing", payment)
    process_inbox()
    row.refresh_from_db()
    assert (row.ledger_state, stripe.calls) == ("unmatched", [])


@pytest.mark.parametrize("change", [{"amount": 1}, {"currency": "eur"}, {"livemode": True}])
def test_money_that_does_not_fit_is_a_discrepancy(change: dict[str, Any], stripe: FakeGateway) -> None:
    payment = opened(stripe)
    row = told("payment_intent.succeeded", payment)
    row.payload["data"]["object"].update(change)  # type: ignore[index]
    row.save()
    process_inbox()
    row.refresh_from_db()
    payment.refresh_from_db()
    assert (row.ledger_state, payment.status) == ("discrepancy", PaymentStatus.PENDING)
    assert Discrepancy.objects.filter(payment=payment).count() == 1


def test_that_our_intent_was_created_is_no_news_and_asks_stripe_nothing(stripe: FakeGateway) -> None:
    payment = opened(stripe)
    stripe.calls.clear()
    told("payment_intent.created", payment)
    process_inbox()
    assert stripe.calls == []
    assert ReceivedEvent.objects.get().ledger_state == "applied"


def test_a_created_intent_whose_answer_was_lost_is_found(stripe: FakeGateway) -> None:
    payment = opened(stripe)
    told("payment_intent.created", payment)
    Payment.objects.filter(pk=payment.pk).update(intent_id=None)
    process_inbox()
    payment.refresh_from_db()
    assert payment.intent_id == ReceivedEvent.objects.get().object_id


@pytest.mark.parametrize("kind", ["charge.updated", "refund.updated", "charge.dispute.updated"])
def test_an_object_that_stripe_does_not_have_is_unmatched_at_once(kind: str, stripe: FakeGateway) -> None:
    gone = event(kind, {"id": "gone_1"})
    process_inbox()
    gone.refresh_from_db()
    assert (gone.ledger_state, gone.attempts, gone.last_error) == ("unmatched", 1, "")


def test_a_refund_of_ours_that_stripe_does_not_have_is_a_discrepancy_at_once(stripe: FakeGateway) -> None:
    payment = opened(stripe)
    stripe.pay(str(payment.intent_id))
    refunded(payment, stripe, 500)
    told("refund.created", payment)
    process_inbox()
    stripe.refunds.clear()
    gone = told("refund.updated", payment)
    process_inbox()
    gone.refresh_from_db()
    assert (gone.ledger_state, gone.attempts) == ("discrepancy", 1)
    assert Discrepancy.objects.values_list("kind", "amount").get() == ("refund_differs", 500)


def test_a_state_that_the_portal_never_asks_for_is_a_discrepancy(stripe: FakeGateway) -> None:
    payment = opened(stripe)
    stripe.set(str(payment.intent_id), status="requires_capture")
    shown = told("payment_intent.processing", payment, created_at=clock.now() - timedelta(seconds=1))
    process_inbox()
    shown.refresh_from_db()
    assert shown.ledger_state == "discrepancy"
    found = Discrepancy.objects.get(kind="status_differs")
    assert found.details == {"status": "requires_capture", "payment_status": "pending"}
