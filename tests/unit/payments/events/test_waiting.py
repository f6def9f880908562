"""Events that cannot be applied yet wait, and hold no other back."""

from datetime import timedelta

import pytest
import time_machine

from payments import mirror, tasks
from payments.domain import events
from payments.domain.events import MOST_ATTEMPTS, ROUND, process_inbox
from payments.enums import PaymentStatus
from payments.gateway.base import (
    GatewayError,
    GatewayMisconfigured,
    GatewayRefused,
    GatewayUnreachable,
)
from payments.models import ReceivedEvent
from portal.common import clock
from tests.fakes import FakeGateway
from tests.unit.payments.events.deliveries import end_state, event, opened, told

pytestmark = pytest.mark.django_db


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


def test_a_definite_refusal_is_not_asked_for_twelve_times(stripe: FakeGateway) -> None:
    refused = event("charge.updated", {"id": "ch_1"})
    stripe.fail_next = [GatewayRefused("parameter_invalid")]
    process_inbox()
    refused.refresh_from_db()
    assert (refused.ledger_state, refused.attempts, refused.last_error) == ("failed", 1, "parameter_invalid")
