"""Money goes back once, whatever happens to the replies."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from payments.domain.cancellation import cancel
from payments.domain.refunds import send
from payments.domain.refunds.apply import apply_refund
from payments.domain.refunds.quote import quote
from payments.domain.refunds.request import request_refund
from payments.domain.refunds.retry import retry_refund
from payments.domain.refunds.send import send_refunds
from payments.enums import PaymentStatus, RefundReason, RefundStatus
from payments.errors import RefundError
from payments.gateway.base import GatewayMisconfigured, GatewayRefused, GatewayUnreachable, RefundResult
from payments.models import Discrepancy, Payment, Refund
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from portal.common import clock
from portal.notifications.models import Notification
from tests.fakes import FakeGateway

pytestmark = pytest.mark.django_db
BY = Actor.system(SystemActor.SETTLEMENT)


def ask(payment: Payment, amount: int) -> Refund:
    return request_refund(payment.pk, amount=amount, reason=RefundReason.GOODWILL, cause=Cause(BY, Source.STAFF))


def figures(payment: Payment) -> tuple[str, int, int]:
    payment.refresh_from_db()
    return payment.status, payment.refunded_amount, payment.pending_refund_amount


def test_a_refund_is_reserved_before_it_is_sent(paid: Payment, stripe: FakeGateway) -> None:
    ask(paid, 500)
    assert figures(paid) == (PaymentStatus.SUCCEEDED, 0, 500)
    assert stripe.refunds == {}
    send_refunds()
    assert figures(paid) == (PaymentStatus.PARTIALLY_REFUNDED, 500, 0)
    ask(paid, 625)
    send_refunds()
    assert figures(paid) == (PaymentStatus.REFUNDED, 1125, 0)


def due_again() -> None:
    Refund.objects.update(due_at=clock.now(), leased_until=None)


def test_a_wrong_key_of_ours_is_no_refusal_and_is_tried_again(paid: Payment, stripe: FakeGateway) -> None:
    ask(paid, 500)
    stripe.fail_next = [GatewayMisconfigured("AuthenticationError")]
    send_refunds()
    assert Refund.objects.get().status == RefundStatus.UNKNOWN
    assert not Notification.objects.filter(template="refund_failed").exists()
    due_again()
    send_refunds()
    assert figures(paid) == (PaymentStatus.PARTIALLY_REFUNDED, 500, 0)


@pytest.mark.parametrize("error", [GatewayMisconfigured("PermissionError"), GatewayRefused("rate_limited")])
def test_a_refusal_to_look_leaves_an_unanswered_refund_unknown(
    paid: Payment, stripe: FakeGateway, error: GatewayRefused
) -> None:
    ask(paid, 500)
    stripe.lose_next = 1
    send_refunds()
    due_again()
    stripe.fail_next = [error]
    send_refunds()
    assert Refund.objects.get().status == RefundStatus.UNKNOWN
    due_again()
    send_refunds()
    assert [refund.amount for refund in stripe.refunds.values()] == [500]
    assert figures(paid) == (PaymentStatus.PARTIALLY_REFUNDED, 500, 0)


def test_a_retry_looks_at_stripe_before_it_sends(paid: Payment, stripe: FakeGateway) -> None:
    """The refusal was an answer to the key's second use: the first one had been taken."""
    refund = ask(paid, 500)
    stripe.lose_next = 1
    send_refunds()
    Refund.objects.update(status=RefundStatus.FAILED, failure_code="idempotency_error")
    retry_refund(refund.pk, cause=Cause(BY, Source.STAFF))
    due_again()
    send_refunds()
    assert [sent.amount for sent in stripe.refunds.values()] == [500]
    assert figures(paid) == (PaymentStatus.PARTIALLY_REFUNDED, 500, 0)


def test_one_that_breaks_keeps_no_other(paid: Payment, stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = ask(paid, 100), ask(paid, 200)
    real = send.apply_refund  # type: ignore[attr-defined]

    def breaks(result: RefundResult, cause: Cause) -> object:
        if result.metadata["refund_id"] == str(first.pk):
            raise RuntimeError
        return real(result, cause)

    monkeypatch.setattr(send, "apply_refund", breaks)
    assert send_refunds() == 2
    assert Refund.objects.get(pk=second.pk).status == RefundStatus.SUCCEEDED
    monkeypatch.undo()


def test_a_promised_refund_that_stripe_cancels_is_told_and_a_task(paid: Payment, stripe: FakeGateway) -> None:
    refund = ask(paid, 1125)
    send_refunds()
    refund.refresh_from_db()
    told = replace(stripe.refunds[str(refund.stripe_refund_id)], status="canceled")
    apply_refund(told, Cause(BY, Source.WEBHOOK, clock.now()))
    assert figures(paid) == (PaymentStatus.SUCCEEDED, 0, 0)
    assert list(Discrepancy.objects.values_list("kind", "status")) == [("refund_blocked", "open")]
    assert Notification.objects.filter(template="refund_failed").count() == 1


@pytest.mark.parametrize("amount", [0, -1, 1126])
def test_more_than_was_paid_is_refused(paid: Payment, amount: int) -> None:
    with pytest.raises(RefundError):
        ask(paid, amount)
    ask(paid, 1125)
    with pytest.raises(RefundError):
        ask(paid, 1)


def test_a_lost_reply_is_looked_for_and_not_sent_again(paid: Payment, stripe: FakeGateway) -> None:
    refund = ask(paid, 1125)
    stripe.lose_next = 1
    send_refunds()
    refund.refresh_from_db()
    assert (refund.status, len(stripe.refunds)) == (RefundStatus.UNKNOWN, 1)
    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        send_refunds()
    assert stripe.calls.count("refund") == 1
    assert figures(paid) == (PaymentStatus.REFUNDED, 1125, 0)


def test_an_unanswered_call_keeps_its_key_for_twelve_hours_and_waits_a_day_for_a_new_one(
    paid: Payment, stripe: FakeGateway
) -> None:
    refund = ask(paid, 1125)
    start = clock.now()
    seen = []
    for hours, stripe_answers in ((0, False), (11, False), (13, True), (25, True)):
        stripe.fail_next = [] if stripe_answers else [GatewayUnreachable("timeout")]
        with time_machine.travel(start + timedelta(hours=hours)):
            send_refunds()
        refund.refresh_from_db()
        seen.append((refund.sequence, refund.status, stripe.calls.count("refund")))
    assert seen == [
        (1, RefundStatus.UNKNOWN, 1),  # sent, no answer
        (1, RefundStatus.UNKNOWN, 1),  # looked for first; no answer to that either
        (1, RefundStatus.UNKNOWN, 1),  # not found, too late for the key, too early for a new one
        (2, RefundStatus.SUCCEEDED, 2),  # a day later, with a new key
    ]


def test_a_refusal_frees_the_amount_and_is_a_task_for_finance(paid: Payment, stripe: FakeGateway) -> None:
    ask(paid, 1125)
    stripe.fail_next = [GatewayRefused("charge_disputed")]
    send_refunds()
    assert figures(paid) == (PaymentStatus.SUCCEEDED, 0, 0)
    assert list(Discrepancy.objects.values_list("kind", "amount")) == [("refund_blocked", 1125)]


def test_cancelling_in_time_returns_everything_and_late_half(paid: Payment, stripe: FakeGateway) -> None:
    booking = Booking.objects.get(pk=paid.booking_id)
    assert quote(booking).amount == 1125
    with time_machine.travel(booking.session.starts_at - timedelta(hours=30)):
        assert quote(booking).amount == 562
        cancel(booking, cause=Cause(BY, Source.CAREGIVER))
        send_refunds()
    booking.refresh_from_db()
    assert booking.status == BookingStatus.CANCELLED
    assert figures(paid) == (PaymentStatus.PARTIALLY_REFUNDED, 562, 0)


def test_a_refund_that_the_bank_sends_back_becomes_a_task_for_finance(paid: Payment, stripe: FakeGateway) -> None:
    refund = ask(paid, 1125)
    send_refunds()
    (sent,) = stripe.refunds.values()
    returned = replace(sent, status="failed", failure_code="lost_or_stolen_card")
    apply_refund(returned, Cause(BY, Source.WEBHOOK, clock.now()))
    task = Discrepancy.objects.get()
    assert (task.kind, task.stripe_object_id, task.amount) == ("refund_blocked", f"refund-{refund.pk}", 1125)
    assert figures(paid) == (PaymentStatus.SUCCEEDED, 0, 0)
