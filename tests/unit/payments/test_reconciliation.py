"""Reconciliation finds every planted difference, none that is not there, and heals what is only a missed event."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from payments.domain.intent_sync import apply_intent
from payments.domain.reconciliation import heal
from payments.enums import Applied, DiscrepancyStatus, PaymentStatus, RunState
from payments.gateway.base import GatewayUnreachable, Intent
from payments.models import Discrepancy, Dispute, Payment, StagedIntent
from portal.audit.actor import Actor, Cause, Source
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from portal.common import clock
from tests.fakes import FakeGateway
from tests.unit.payments.differences import (
    FOR_FINANCE,
    HEALABLE,
    Plant,
    add_charge,
    add_refund,
    dispute_unheard,
    of_a_booking_lost_in_a_restore,
    of_a_booking_lost_whose_number_was_paid_since,
    open_kinds,
    opened,
    paid,
    run,
    spare_intent,
    succeeded_unheard,
)

pytestmark = pytest.mark.django_db


def test_nothing_is_found_where_nothing_differs(stripe: FakeGateway) -> None:
    for _ in range(3):
        paid(stripe)
        opened()
    done = run(stripe)
    assert (done.state, done.found, done.healed) == (RunState.FINISHED, {}, {})
    assert done.seen == {"intents": 6, "refunds": 0, "disputes": 0}
    assert not Discrepancy.objects.exists()
    assert not StagedIntent.objects.exists()


@pytest.mark.parametrize(("plant", "kind"), HEALABLE)
def test_what_is_only_a_missed_event_is_healed(stripe: FakeGateway, plant: Plant, kind: str) -> None:
    paid(stripe)
    plant(stripe)
    done = run(stripe)
    assert (done.found, done.healed) == ({kind: 1}, {kind: 1})
    assert open_kinds() == {}
    again = run(stripe)
    assert (again.found, again.healed) == ({}, {})


@pytest.mark.parametrize(("plant", "kind"), FOR_FINANCE)
def test_what_somebody_must_decide_is_left_to_finance(stripe: FakeGateway, plant: Plant, kind: str) -> None:
    paid(stripe)
    plant(stripe)
    done = run(stripe)
    assert (done.found, done.healed) == ({kind: 1}, {})
    assert open_kinds() == {kind: 1}
    run(stripe)
    assert open_kinds() == {kind: 1}  # seen again, not opened again


def test_all_that_is_planted_is_found_and_exactly_the_healable_healed(stripe: FakeGateway) -> None:
    plants = [*HEALABLE, *FOR_FINANCE]
    for plant, _ in plants:
        plant(stripe)
    done = run(stripe)
    assert done.found == Counter(kind for _, kind in plants)
    assert done.healed == Counter(kind for _, kind in HEALABLE)
    assert open_kinds() == Counter(kind for _, kind in FOR_FINANCE)
    assert run(stripe).healed == {}


@pytest.mark.parametrize("plant", [of_a_booking_lost_in_a_restore, of_a_booking_lost_whose_number_was_paid_since])
def test_what_a_restore_lost_is_laid_to_no_other_payment(stripe: FakeGateway, plant: Plant) -> None:
    plant(stripe)
    for _ in range(2):
        run(stripe)
    found = Discrepancy.objects.get()
    assert (found.kind, found.payment, found.status) == ("missing_locally", None, DiscrepancyStatus.OPEN)


def test_an_intent_that_nobody_was_given_is_cancelled_and_the_one_to_pay_is_not(stripe: FakeGateway) -> None:
    spare_intent(stripe)
    payment = Payment.objects.get()
    run(stripe)
    left = {intent.id: intent.status for intent in stripe.intents.values()}
    assert left == {"pi_spare": "canceled", payment.intent_id: "requires_payment_method"}
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.PENDING


@pytest.mark.parametrize("status", ["requires_action", "processing"])
def test_one_that_somebody_is_paying_is_left_to_finance(stripe: FakeGateway, status: str) -> None:
    spare_intent(stripe)
    stripe.set("pi_spare", status=status)
    assert run(stripe).healed == {}
    assert (stripe.intents["pi_spare"].status, open_kinds()) == (status, {"missing_locally": 1})


def test_a_cancellation_of_a_spare_whose_reply_is_lost_is_seen_by_the_next_run_and_not_sent_again(
    stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    spare_intent(stripe)
    cancel = stripe.cancel_intent

    def unheard(intent_id: str) -> Intent:
        cancel(intent_id)
        raise GatewayUnreachable("timeout")

    monkeypatch.setattr(stripe, "cancel_intent", unheard)
    assert (run(stripe).healed, open_kinds()) == ({}, {"missing_locally": 1})
    assert (run(stripe).found, open_kinds()) == ({}, {})
    assert stripe.calls.count("cancel_intent") == 1


def test_a_spare_that_is_paid_just_before_it_is_cancelled_keeps_its_money_in_sight(
    stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    spare_intent(stripe)
    cancel = stripe.cancel_intent

    def too_late(intent_id: str) -> Intent:
        stripe.pay(intent_id)
        return cancel(intent_id)

    monkeypatch.setattr(stripe, "cancel_intent", too_late)
    for _ in range(2):
        assert run(stripe).healed == {}
        assert (stripe.intents["pi_spare"].status, open_kinds()) == ("succeeded", {"missing_locally": 1})
    assert Payment.objects.get().status == PaymentStatus.PENDING


def test_a_spare_that_names_another_booking_is_not_touched(stripe: FakeGateway) -> None:
    spare_intent(stripe)
    named = stripe.intents["pi_spare"].metadata
    stripe.set("pi_spare", metadata=named | {"booking_reference": "7K3M-9QX2-W4TD"})
    assert run(stripe).healed == {}
    assert (stripe.intents["pi_spare"].status, open_kinds()) == ("requires_payment_method", {"missing_locally": 1})
    assert "cancel_intent" not in stripe.calls


def test_late_news_of_a_cancelled_spare_changes_nothing(stripe: FakeGateway) -> None:
    spare_intent(stripe)
    run(stripe)
    cause = Cause(Actor.stripe("evt_late"), Source.WEBHOOK, clock.now())
    assert apply_intent(stripe.intents["pi_spare"], cause) is Applied.UNMATCHED
    payment = Payment.objects.get()
    assert (payment.status, payment.intent_id == "pi_spare") == (PaymentStatus.PENDING, False)


def test_money_that_was_unheard_of_confirms_its_booking(stripe: FakeGateway) -> None:
    succeeded_unheard(stripe)
    run(stripe)
    assert Booking.objects.get().status == BookingStatus.CONFIRMED


def test_without_heal_the_ledger_stays_as_it_is(stripe: FakeGateway) -> None:
    succeeded_unheard(stripe)
    done = run(stripe, heal=False)
    assert (done.found, done.healed) == ({"status_differs": 1}, {})
    assert Payment.objects.get().status == PaymentStatus.PENDING


def test_a_payment_and_its_refund_that_were_unheard_of_are_healed_in_one_run(stripe: FakeGateway) -> None:
    payment = opened()
    stripe.pay(str(payment.intent_id))
    add_charge(stripe, payment)
    add_refund(stripe, payment, "re_1")
    assert run(stripe).healed == {"status_differs": 1, "refund_differs": 1}
    payment.refresh_from_db()
    assert (payment.status, payment.refunded_amount, open_kinds()) == (PaymentStatus.PARTIALLY_REFUNDED, 125, {})


def test_a_finding_that_breaks_is_reported_and_the_next_ones_are_healed(
    stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    succeeded_unheard(stripe)
    succeeded_unheard(stripe)
    poisoned = next(iter(stripe.intents))
    real = heal.apply_intent  # type: ignore[attr-defined]

    def breaks(intent: Intent, cause: Cause) -> Applied:
        if intent.id == poisoned:
            raise ZeroDivisionError
        return real(intent, cause)

    monkeypatch.setattr(heal, "apply_intent", breaks)
    done = run(stripe)
    assert (done.state, done.error) == (RunState.FINISHED, "")
    assert (done.found, done.healed, done.failed) == (
        {"status_differs": 2},
        {"status_differs": 1},
        {"status_differs": 1},
    )
    assert Discrepancy.objects.get(status=DiscrepancyStatus.OPEN).stripe_object_id == poisoned


def test_a_dispute_whose_money_came_back_unheard_is_healed(stripe: FakeGateway) -> None:
    dispute_unheard(stripe)
    run(stripe)
    stripe.disputes["dp_1"] = replace(stripe.disputes["dp_1"], withdrawn_amount=0, movements=2)
    done = run(stripe)
    assert (done.found, done.healed) == ({"dispute_missing": 1}, {"dispute_missing": 1})
    assert Payment.objects.get().disputed_amount == 0


@pytest.mark.parametrize("changes", [
    {"movements": 1}, {"fee_amount": 3000}, {"settlement_amount": 1316, "settlement_currency": "EUR"},
])  # fmt: skip
def test_a_disputes_fee_and_settlement_are_compared(changes: dict[str, Any], stripe: FakeGateway) -> None:
    dispute_unheard(stripe)
    run(stripe)
    stripe.disputes["dp_1"] = replace(stripe.disputes["dp_1"], **changes)
    done = run(stripe)
    assert (done.found, done.healed) == ({"dispute_missing": 1}, {"dispute_missing": 1})
    assert Dispute.objects.values(*changes).get() == changes
    assert run(stripe).found == {}


@pytest.mark.parametrize("changes", [{"status": "x" * 50}, {"currency": "EUR"}])
def test_a_dispute_that_the_ledger_cannot_hold_ends_no_run(changes: dict[str, str], stripe: FakeGateway) -> None:
    dispute_unheard(stripe)
    stripe.disputes["dp_1"] = replace(stripe.disputes["dp_1"], **changes)  # type: ignore[arg-type]
    for _ in range(2):
        done = run(stripe)
        assert (done.state, done.found, done.healed) == (RunState.FINISHED, {"dispute_missing": 1}, {})
    assert (open_kinds(), Dispute.objects.count()) == ({"dispute_missing": 1}, 0)
