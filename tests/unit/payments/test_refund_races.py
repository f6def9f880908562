"""A webhook or another worker is quicker than the worker that sends a refund: what Stripe said stands."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
import time_machine

from payments.domain.refunds.apply import apply_refund
from payments.domain.refunds.request import request_refund
from payments.domain.refunds.retry import retry_refund
from payments.domain.refunds.send import send_refunds
from payments.enums import RefundReason, RefundStatus
from payments.gateway.base import GatewayRefused, RefundResult
from payments.models import Discrepancy, Payment, Refund
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.audit.models import AuditEvent
from portal.bookings.models import Booking
from portal.common import clock
from tests.fakes import FakeGateway
from tests.ledger import pay

pytestmark = pytest.mark.django_db
BY = Actor.system(SystemActor.SETTLEMENT)


def unanswered(payment: Payment, stripe: FakeGateway) -> Refund:
    """£5.00 that Stripe has, and whose reply was lost."""
    refund = request_refund(payment.pk, amount=500, reason=RefundReason.GOODWILL, cause=Cause(BY, Source.STAFF))
    stripe.lose_next = 1
    send_refunds()
    refund.refresh_from_db()
    assert (refund.status, len(stripe.refunds)) == (RefundStatus.UNKNOWN, 1)
    return refund


def webhook(result: RefundResult) -> None:
    apply_refund(result, Cause(Actor.stripe("evt_1"), Source.WEBHOOK, clock.now(), "evt_1"))


def figures(payment: Payment) -> tuple[str, int, int]:
    payment.refresh_from_db()
    return payment.status, payment.refunded_amount, payment.pending_refund_amount


def while_it_is_looked_for(stripe: FakeGateway, happens: Callable[[], object]) -> Callable[[str], list[RefundResult]]:
    """`list_refunds` whose answer is older than what `happens` meanwhile."""

    def list_refunds(intent_id: str) -> list[RefundResult]:
        happens()
        return []

    return list_refunds


def next_round() -> None:
    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        send_refunds()


@pytest.mark.parametrize("made_there", [1125, 0])
def test_a_worker_killed_between_a_refusal_and_learning_why_is_followed_by_one_that_learns(
    made_there: int, paid: Payment, stripe: FakeGateway
) -> None:
    """The refusal comes of a refund made at Stripe, or of something else: then it is finance's task."""
    refund = request_refund(paid.pk, amount=1125, reason=RefundReason.GOODWILL, cause=Cause(BY, Source.STAFF))
    if made_there:
        stripe.refund(str(paid.intent_id), made_there, refund_id=0, idempotency_key="dashboard")
    stripe.fail_next = [GatewayRefused("charge_already_refunded")]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(stripe, "list_refunds", dies)
        with pytest.raises(SystemExit):
            send_refunds()
    refund.refresh_from_db()
    assert (refund.status, figures(paid)) == (RefundStatus.UNKNOWN, ("succeeded", 0, 1125))
    assert send_refunds() == 0  # leased to the worker that died
    stripe.fail_next = [None, GatewayRefused("charge_already_refunded")]  # it looks before it sends again
    next_round()
    refund.refresh_from_db()
    ended = (RefundStatus.CANCELLED, ("refunded", 1125, 0), 0)
    failed = (RefundStatus.FAILED, ("succeeded", 0, 0), 1)
    tasks = Discrepancy.objects.filter(kind="refund_blocked", status="open").count()
    assert (refund.status, figures(paid), tasks) == (ended if made_there else failed)


def dies(intent_id: str) -> list[RefundResult]:
    raise SystemExit


def test_what_a_webhook_settled_while_the_worker_looked_is_not_sent_again(
    paid: Payment, stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund = unanswered(paid, stripe)
    (made,) = stripe.refunds.values()
    monkeypatch.setattr(stripe, "list_refunds", while_it_is_looked_for(stripe, lambda: webhook(made)))
    next_round()
    refund.refresh_from_db()
    assert (refund.status, stripe.calls.count("refund")) == (RefundStatus.SUCCEEDED, 1)
    assert figures(paid) == ("partially_refunded", 500, 0)


def test_a_refusal_that_comes_after_the_webhook_does_not_undo_the_refund(
    paid: Payment, stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund = unanswered(paid, stripe)
    (made,) = stripe.refunds.values()

    def refused(*args: object, **kwargs: object) -> RefundResult:
        webhook(made)
        raise GatewayRefused("charge_already_refunded")

    monkeypatch.setattr(stripe, "list_refunds", lambda intent_id: [])
    monkeypatch.setattr(stripe, "refund", refused)
    next_round()
    refund.refresh_from_db()
    assert (refund.status, refund.failure_code) == (RefundStatus.SUCCEEDED, "")
    assert figures(paid) == ("partially_refunded", 500, 0)
    assert not Discrepancy.objects.exists()


def test_a_slow_workers_refusal_does_not_stop_what_finance_sent_again(
    paid: Payment, stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund = request_refund(paid.pk, amount=500, reason=RefundReason.GOODWILL, cause=Cause(BY, Source.STAFF))

    def overtaken(*args: object, **kwargs: object) -> RefundResult:
        Refund.objects.filter(pk=refund.pk).update(status=RefundStatus.FAILED)  # another worker's refusal
        retry_refund(refund.pk, cause=Cause(BY, Source.STAFF))
        raise GatewayRefused("insufficient_funds")

    with monkeypatch.context() as slow:
        slow.setattr(stripe, "refund", overtaken)
        send_refunds()
    refund.refresh_from_db()
    assert (refund.status, refund.sequence) == (RefundStatus.REQUESTED, 2)
    next_round()
    assert figures(paid) == ("partially_refunded", 500, 0)


def test_answers_of_a_refund_end_the_same_in_any_order_and_number(booking: Booking, stripe: FakeGateway) -> None:
    payment = pay(booking, stripe)
    refund = unanswered(payment, stripe)
    (made,) = stripe.refunds.values()
    answers = [replace(made, status=status) for status in ("pending", "succeeded", "failed")]
    ends = set()
    for order in permutations([*answers, answers[0], answers[1]]):
        Refund.objects.filter(pk=refund.pk).update(status=RefundStatus.UNKNOWN, stripe_refund_id=None)
        for answer in order:
            webhook(answer)
        refund.refresh_from_db()
        ends.add((refund.status, *figures(payment)))
    assert ends == {("failed", "succeeded", 0, 0)}


def test_an_older_answer_is_neither_applied_nor_audited(paid: Payment, stripe: FakeGateway) -> None:
    unanswered(paid, stripe)
    (made,) = stripe.refunds.values()
    webhook(made)
    webhook(replace(made, status="pending"))
    moves = AuditEvent.objects.filter(action="refund.moved").values_list("data__to", flat=True)
    assert (list(moves), *figures(paid)) == (["succeeded"], "partially_refunded", 500, 0)
