"""A run while the world goes on: what changes meanwhile, what Stripe does not answer, runs that die or meet."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from payments.domain.intent_sync import apply_intent
from payments.domain.reconciliation import AlreadyRunning, reconcile
from payments.domain.reconciliation.load import room_to_join
from payments.domain.reconciliation.run import LeaseLost
from payments.enums import RunKind, RunState
from payments.gateway.base import GatewayUnreachable
from payments.models import ReconciliationRun
from portal.audit.actor import Cause, Source
from portal.common import clock
from tests.fakes import FakeGateway
from tests.unit.payments.differences import BY, opened, other_amount, paid, run, succeeded_unheard

pytestmark = pytest.mark.django_db


def test_an_intent_that_moves_on_between_the_list_and_the_second_look_waits_for_the_next_run(
    stripe: FakeGateway,
) -> None:
    payment = paid(stripe)
    intent_id = str(payment.intent_id)
    stripe.set(intent_id, status="processing", amount_received=0)
    real = stripe.disputes_between

    def meanwhile(*window: object) -> object:
        stripe.set(intent_id, status="canceled")
        return real(*window)  # type: ignore[arg-type]

    stripe.disputes_between = meanwhile  # type: ignore[assignment,method-assign]
    assert run(stripe).found == {}
    assert run(stripe).found == {"status_differs": 1}


def test_a_second_look_that_stripe_refuses_to_answer_for_a_moment_is_taken_again(
    stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("payments.gateway.retry.FIRST_WAIT", 0.001)
    other_amount(stripe)
    real = stripe.disputes_between

    def meanwhile(*window: object) -> object:
        stripe.fail_next = [GatewayUnreachable("http_500")] * 3
        return iter(list(stripe.disputes.values()))

    stripe.disputes_between = meanwhile  # type: ignore[assignment,method-assign]
    assert run(stripe).found == {"amount_differs": 1}
    stripe.disputes_between = real  # type: ignore[method-assign]


def test_what_changes_during_the_run_is_not_reported(stripe: FakeGateway) -> None:
    payment = opened()
    intent_id = str(payment.intent_id)
    real = stripe.disputes_between

    def meanwhile(*window: object) -> object:  # after the intents were listed, before they are compared
        apply_intent(stripe.pay(intent_id), Cause(BY, Source.WEBHOOK, clock.now()))
        return real(*window)  # type: ignore[arg-type]

    stripe.disputes_between = meanwhile  # type: ignore[assignment,method-assign]
    assert run(stripe).found == {}


def test_a_run_that_stripe_does_not_answer_is_shown_and_the_next_one_starts_over(stripe: FakeGateway) -> None:
    succeeded_unheard(stripe)
    stripe.fail_next = [GatewayUnreachable("timeout")]
    with pytest.raises(GatewayUnreachable):
        run(stripe)
    assert ReconciliationRun.objects.get().state == RunState.INTERRUPTED
    assert run(stripe).healed == {"status_differs": 1}


def test_two_runs_of_a_kind_do_not_overlap_and_a_dead_one_does_not_block_for_long(stripe: FakeGateway) -> None:
    now = clock.now()
    dead = ReconciliationRun.objects.create(kind=RunKind.FULL, since=now, until=now)
    with pytest.raises(AlreadyRunning):
        reconcile(RunKind.FULL, now - timedelta(hours=1), now, heal_missed=True)
    assert reconcile(RunKind.EVENTS, now - timedelta(hours=1), now, heal_missed=True).state == RunState.FINISHED
    with time_machine.travel(now + timedelta(minutes=11)):
        assert reconcile(RunKind.FULL, now, clock.now(), heal_missed=True).state == RunState.FINISHED
    dead.refresh_from_db()
    assert (dead.state, dead.error) == (RunState.INTERRUPTED, "it died")


def test_a_run_whose_place_was_taken_stops_and_leaves_the_other_alone(stripe: FakeGateway) -> None:
    opened()
    real = stripe.refunds_between

    def taken(*window: object) -> object:
        ReconciliationRun.objects.update(state=RunState.INTERRUPTED, error="it died")
        return real(*window)  # type: ignore[arg-type]

    stripe.refunds_between = taken  # type: ignore[assignment,method-assign]
    with pytest.raises(LeaseLost):
        run(stripe)
    assert ReconciliationRun.objects.get().error == "it died"


def test_the_comparison_has_room_in_memory_and_leaves_the_connection_as_it_was(stripe: FakeGateway) -> None:
    def now() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW work_mem")
            return str(cursor.fetchone()[0])

    before = now()
    with room_to_join():
        assert now() == "64MB"
    assert now() == before
    run(stripe)
    assert now() == before
