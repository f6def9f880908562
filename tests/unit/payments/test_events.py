"""The inbox's work: any order, any number of copies, any number of failures, one end state."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import count, permutations
from typing import Any

import pytest
import time_machine
from django.db.models import Model
from wagtail.models import ReferenceIndex

from payments import mirror, tasks
from payments.domain import events
from payments.domain.checkout import open_checkout
from payments.domain.events import MOST_ATTEMPTS, ROUND, process_inbox
from payments.enums import PaymentStatus
from payments.gateway.base import (
    Charge,
    GatewayError,
    GatewayMisconfigured,
    GatewayRefused,
    GatewayUnreachable,
    RefundResult,
)
from payments.models import Discrepancy, Dispute, Payment, PaymentAttempt, PaymentTransition, ReceivedEvent, Refund
from portal.audit.models import AuditEvent
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from portal.common import clock
from portal.notifications.models import Notification
from tests.factories import BookingFactory, SessionFactory
from tests.fakes import FakeGateway

pytestmark = pytest.mark.django_db
_numbers = count(1)

WORDS = {
    "payment_intent.created": "requires_payment_method",
    "payment_intent.payment_failed": "requires_payment_method",
    "payment_intent.requires_action": "requires_action",
    "payment_intent.processing": "processing",
    "payment_intent.succeeded": "succeeded",
    "payment_intent.canceled": "canceled",
}
DECLINE = {"code": "card_declined", "decline_code": "insufficient_funds", "type": "card_error"}


def event(kind: str, data: dict[str, Any], **changes: Any) -> ReceivedEvent:
    """A received event of `kind` about the object `data`."""
    fields = {
        "event_id": f"evt_{next(_numbers)}",
        "type": kind,
        "object_id": data["id"],
        "livemode": False,
        "created_at": clock.now().replace(microsecond=0),
        "payload": {"data": {"object": data}},
    }
    return ReceivedEvent.objects.create(**{**fields, **changes})


def told(kind: str, payment: Payment, **changes: Any) -> ReceivedEvent:
    """An event about `payment`: its intent in the state that `kind` tells of, its charge or its refund."""
    if kind.startswith("charge."):
        return event(kind, {"id": f"ch_{payment.intent_id}", "object": "charge"}, **changes)
    if kind.startswith("refund."):
        return event(kind, {"id": f"re_{payment.intent_id}", "object": "refund"}, **changes)
    status = WORDS[kind]
    intent = {
        "id": payment.intent_id,
        "object": "payment_intent",
        "status": status,
        "amount": payment.amount,
        "amount_received": payment.amount if status == "succeeded" else 0,
        "currency": payment.currency.lower(),
        "livemode": False,
        "created": 1_790_000_000,
        "metadata": {"payment_id": str(payment.pk), "booking_reference": payment.booking.reference},
        "latest_charge": f"ch_{payment.intent_id}" if status == "succeeded" else None,
        "last_payment_error": DECLINE if kind.endswith("payment_failed") else None,
    }
    return event(kind, intent, **changes)


def charged(payment: Payment, stripe: FakeGateway, refunded: int = 0) -> None:
    """Stripe's charge for the payment, fee known."""
    charge_id = f"ch_{payment.intent_id}"
    stripe.charges[charge_id] = Charge(
        id=charge_id,
        intent_id=str(payment.intent_id),
        status="succeeded",
        amount=payment.amount,
        amount_refunded=refunded,
        currency=payment.currency,
        livemode=False,
        disputed=False,
        balance_transaction_id="txn_1",
        fee_amount=37,
    )


def refunded(payment: Payment, stripe: FakeGateway, amount: int, status: str = "succeeded") -> None:
    """A refund that somebody made in Stripe's dashboard."""
    stripe.refunds[f"re_{payment.intent_id}"] = RefundResult(
        id=f"re_{payment.intent_id}",
        intent_id=str(payment.intent_id),
        charge_id=f"ch_{payment.intent_id}",
        status=status,
        amount=amount,
        currency=payment.currency,
        created_at=clock.now(),
        metadata={},
    )


def end_state(payment: Payment) -> tuple[Any, ...]:
    """Everything that the order of news must not change."""
    payment.refresh_from_db()
    booking = Booking.objects.get(pk=payment.booking_id)
    return (
        payment.status,
        (payment.captured_amount, payment.refunded_amount, payment.pending_refund_amount, payment.fee_amount),
        booking.status,
        tuple(sorted(PaymentAttempt.objects.filter(payment=payment).values_list("outcome", "decline_code"))),
        tuple(Refund.objects.filter(payment=payment).values_list("amount", "status", "reason")),
        PaymentTransition.objects.filter(payment=payment, to_status=PaymentStatus.SUCCEEDED).count(),
        Discrepancy.objects.filter(payment=payment).count(),
        tuple(sorted(confirmations(booking))),
        ReceivedEvent.objects.exclude(ledger_state="applied").count(),
    )


def confirmations(booking: Booking) -> Iterable[str]:
    wanted = ["booking_confirmed", "deposit_received"]
    mine = Notification.objects.filter(about=f"booking:{booking.pk}", template__in=wanted)
    return mine.values_list("template", flat=True)


def opened(stripe: FakeGateway) -> Payment:
    return open_checkout(BookingFactory(session=SessionFactory())).payment


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
            ("booking_confirmed", "deposit_received"),
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
            ("booking_confirmed", "deposit_received"),
            0,
        )
    }


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
    assert Notification.objects.filter(template="deposit_received").count() == 1
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


def test_a_state_on_the_way_is_fetched_only_when_it_may_be_stale(stripe: FakeGateway) -> None:
    payment = opened(stripe)
    stripe.calls.clear()
    told("payment_intent.processing", payment, created_at=clock.now() + timedelta(seconds=5))
    process_inbox()
    assert (end_state(payment)[0], stripe.calls) == (PaymentStatus.PROCESSING, [])
    stripe.set(str(payment.intent_id), status="requires_action")
    told("payment_intent.processing", payment)
    process_inbox()
    assert (end_state(payment)[0], stripe.calls) == (PaymentStatus.PROCESSING, ["retrieve_intent"])


def test_an_unreachable_stripe_is_asked_again_later(stripe: FakeGateway) -> None:
    payment = opened(stripe)
    stripe.pay(str(payment.intent_id))
    row = told("payment_intent.processing", payment)
    stripe.fail_next = [GatewayUnreachable("timeout")]
    process_inbox()
    row.refresh_from_db()
    assert (row.ledger_state, row.attempts, row.last_error, row.leased_until) == ("received", 1, "timeout", None)
    assert row.due_at > clock.now()
    assert process_inbox() == 0
    with time_machine.travel(clock.now() + timedelta(seconds=5)):
        assert process_inbox() == 1
    assert end_state(payment)[0] == PaymentStatus.SUCCEEDED


def test_an_event_whose_worker_died_is_taken_by_another(stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = opened(stripe)
    row = told("payment_intent.succeeded", payment)

    def die(event: ReceivedEvent) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(events, "process", die)
        with pytest.raises(SystemExit):
            process_inbox()
    assert process_inbox() == 0  # leased
    with time_machine.travel(clock.now() + timedelta(minutes=3)):
        assert process_inbox() == 1
    row.refresh_from_db()
    assert (row.ledger_state, row.attempts) == ("applied", 2)


@pytest.mark.parametrize("error", [GatewayUnreachable("timeout"), GatewayMisconfigured("authentication")])
def test_an_event_waits_for_stripe_however_long_it_does_not_answer(stripe: FakeGateway, error: GatewayError) -> None:
    payment = opened(stripe)
    stripe.pay(str(payment.intent_id))
    row = event("charge.updated", {"id": f"ch_{payment.intent_id}"})
    moment = clock.now()
    for _ in range(MOST_ATTEMPTS + 3):
        moment += timedelta(minutes=20)
        stripe.fail_next = [error]
        with time_machine.travel(moment):
            process_inbox()
    row.refresh_from_db()
    assert (row.ledger_state, row.attempts, row.last_error) == ("received", MOST_ATTEMPTS + 3, error.code)


def test_an_event_that_breaks_is_retried_and_then_shown_as_failed(stripe: FakeGateway) -> None:
    row = event("payment_intent.succeeded", {"id": "pi_1"})
    moment = clock.now()
    for _ in range(MOST_ATTEMPTS + 3):
        moment += timedelta(minutes=20)
        with time_machine.travel(moment):
            process_inbox()
    row.refresh_from_db()
    assert (row.ledger_state, row.attempts, row.last_error) == ("failed", MOST_ATTEMPTS, "KeyError: 'status'")


def test_one_event_that_breaks_holds_no_other_back(stripe: FakeGateway) -> None:
    payment = opened(stripe)
    event("charge.succeeded", {"id": "ch_x"})
    told("payment_intent.succeeded", payment)
    stripe.fail_next = [GatewayRefused("resource_missing")]
    assert process_inbox() == 2
    assert end_state(payment)[0] == PaymentStatus.SUCCEEDED


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
    row.payload["data"]["object"].update(change)
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


@pytest.mark.parametrize(("waiting", "goes_on"), [(ROUND, True), (ROUND + 1, False)])
def test_in_a_burst_the_ledger_goes_before_the_mirror(
    monkeypatch: pytest.MonkeyPatch, waiting: int, goes_on: bool
) -> None:
    mirrored: list[bool] = []
    monkeypatch.setattr(mirror, "mirror_inbox", lambda: len(mirrored.append(True) or []))
    for number in range(waiting):
        event("payment_intent.created", {"id": f"pi_{number}", "object": "payment_intent"})
    tasks.mirror_inbox()
    assert bool(mirrored) == goes_on


@pytest.mark.parametrize("model", [Booking, Payment, Refund, Dispute, Discrepancy])
def test_wagtail_looks_up_no_references_when_the_ledger_is_saved(model: type[Model]) -> None:
    assert not ReferenceIndex.model_is_indexable(model)


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


def test_a_definite_refusal_is_not_asked_for_twelve_times(stripe: FakeGateway) -> None:
    refused = event("charge.updated", {"id": "ch_1"})
    stripe.fail_next = [GatewayRefused("parameter_invalid")]
    process_inbox()
    refused.refresh_from_db()
    assert (refused.ledger_state, refused.attempts, refused.last_error) == ("failed", 1, "parameter_invalid")


def test_a_state_that_the_portal_never_asks_for_is_a_discrepancy(stripe: FakeGateway) -> None:
    payment = opened(stripe)
    stripe.set(str(payment.intent_id), status="requires_capture")
    shown = told("payment_intent.processing", payment, created_at=clock.now() - timedelta(seconds=1))
    process_inbox()
    shown.refresh_from_db()
    assert shown.ledger_state == "discrepancy"
    found = Discrepancy.objects.get(kind="status_differs")
    assert found.details == {"status": "requires_capture", "payment_status": "pending"}


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
        declined.payload["data"]["object"]["last_payment_error"] = {**DECLINE, "charge": charge}
        declined.save()
    process_inbox()
    assert set(PaymentAttempt.objects.values_list("reference", flat=True)) == {"ch_1", "ch_2"}
