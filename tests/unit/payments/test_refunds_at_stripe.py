"""What Stripe sent back is a fact: our own refunds give way to it, and nothing of it is refused by our arithmetic."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from payments.domain.discrepancies import close
from payments.domain.refunds.apply import apply_refund
from payments.domain.refunds.request import request_refund
from payments.domain.refunds.retry import retry_refund
from payments.domain.refunds.send import send_refunds
from payments.enums import Applied, DiscrepancyKind, DiscrepancyStatus, PaymentStatus, RefundReason, RefundStatus
from payments.errors import RefundError
from payments.gateway.base import GatewayRefused, RefundResult
from payments.models import Discrepancy, Payment, Refund
from payments.queries import payments_of
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.audit.models import AuditEvent
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from portal.common import clock
from tests.fakes import FakeGateway
from tests.ledger import cause

pytestmark = pytest.mark.django_db
BY = Actor.system(SystemActor.SETTLEMENT)


def ask(payment: Payment, amount: int = 1125) -> Refund:
    return request_refund(payment.pk, amount=amount, reason=RefundReason.GOODWILL, cause=Cause(BY, Source.STAFF))


def at_stripe(payment: Payment, stripe: FakeGateway, number: int, amount: int = 1125, **changes: Any) -> RefundResult:
    """A refund made in Stripe's dashboard."""
    made = RefundResult(
        id=f"re_{number}", intent_id=str(payment.intent_id), charge_id="ch_1", status="succeeded", amount=amount,
        currency=payment.currency, created_at=clock.now() + timedelta(seconds=number), metadata={},
    )  # fmt: skip
    stripe.refunds[made.id] = replace(made, **changes)  # type: ignore[arg-type]
    return stripe.refunds[made.id]


def amounts(payment: Payment) -> tuple[str, int, int]:
    payment.refresh_from_db()
    return payment.status, payment.refunded_amount, payment.pending_refund_amount


def rows(payment: Payment) -> list[tuple[str | None, str, int]]:
    return list(payment.refunds.order_by("pk").values_list("stripe_refund_id", "status", "amount"))


def tasks() -> list[tuple[int, str]]:
    found = Discrepancy.objects.filter(kind=DiscrepancyKind.REFUND_BLOCKED).order_by("pk")
    return list(found.values_list("amount", "status"))


def discrepancies(kind: DiscrepancyKind) -> list[tuple[str, str]]:
    return list(Discrepancy.objects.filter(kind=kind).order_by("pk").values_list("stripe_object_id", "status"))


def test_a_refund_that_came_back_and_was_made_again_is_known_from_the_second_alone(
    paid: Payment, stripe: FakeGateway
) -> None:
    first = at_stripe(paid, stripe, 1)
    apply_refund(first, cause())
    stripe.refunds["re_1"] = replace(first, status="failed", failure_code="lost_or_stolen_card")
    assert apply_refund(at_stripe(paid, stripe, 2), cause()) is Applied.APPLIED
    assert rows(paid) == [("re_1", "failed", 1125), ("re_2", "succeeded", 1125)]
    assert amounts(paid) == (PaymentStatus.REFUNDED, 1125, 0)


def test_our_reserved_refund_shrinks_to_what_a_refund_at_stripe_left(paid: Payment, stripe: FakeGateway) -> None:
    ours = ask(paid)
    assert apply_refund(at_stripe(paid, stripe, 1, 500), cause()) is Applied.APPLIED
    assert amounts(paid) == (PaymentStatus.PARTIALLY_REFUNDED, 500, 625)
    reduced = AuditEvent.objects.get(action="refund.reduced")
    assert reduced.data == {"payment": paid.pk, "from": 1125, "to": 625}
    send_refunds()
    assert amounts(paid) == (PaymentStatus.REFUNDED, 1125, 0)
    assert f"refund-{ours.pk}-2" in stripe.by_key


def test_our_refund_is_dropped_when_nothing_is_left_for_it(paid: Payment, stripe: FakeGateway) -> None:
    ours = ask(paid)
    apply_refund(at_stripe(paid, stripe, 1), cause())
    ours.refresh_from_db()
    assert (ours.status, ours.failure_code) == (RefundStatus.CANCELLED, "charge_already_refunded")
    send_refunds()
    assert (stripe.calls.count("refund"), amounts(paid)) == (0, (PaymentStatus.REFUNDED, 1125, 0))


def test_the_earlier_of_two_wishes_is_the_one_that_is_kept(paid: Payment, stripe: FakeGateway) -> None:
    ask(paid, 500)
    ask(paid, 625)
    apply_refund(at_stripe(paid, stripe, 1, 700), cause())
    assert rows(paid) == [(None, "requested", 425), (None, "cancelled", 625), ("re_1", "succeeded", 700)]


def test_a_refund_that_stripe_refuses_as_already_refunded_is_no_task(paid: Payment, stripe: FakeGateway) -> None:
    ours = ask(paid)
    at_stripe(paid, stripe, 1)  # its event is lost
    send_refunds()
    ours.refresh_from_db()
    assert ours.status == RefundStatus.CANCELLED
    assert amounts(paid) == (PaymentStatus.REFUNDED, 1125, 0)
    assert discrepancies(DiscrepancyKind.REFUND_BLOCKED) == []


def test_a_task_is_over_when_somebody_refunds_the_payment_at_stripe(paid: Payment, stripe: FakeGateway) -> None:
    ours = ask(paid)
    stripe.fail_next = [GatewayRefused("insufficient_funds")]
    send_refunds()
    assert discrepancies(DiscrepancyKind.REFUND_BLOCKED) == [(f"refund-{ours.pk}", "open")]
    apply_refund(at_stripe(paid, stripe, 1), cause())
    assert discrepancies(DiscrepancyKind.REFUND_BLOCKED) == [(f"refund-{ours.pk}", "healed")]


def test_a_task_is_about_what_a_refund_at_stripe_left(paid: Payment, stripe: FakeGateway) -> None:
    ours = ask(paid)
    stripe.fail_next = [GatewayRefused("insufficient_funds")]
    send_refunds()
    apply_refund(at_stripe(paid, stripe, 1, 500), cause())
    assert (rows(paid)[0], tasks()) == ((None, "failed", 625), [(625, "open")])
    retry_refund(ours.pk, cause=Cause(BY, Source.STAFF))
    apply_refund(at_stripe(paid, stripe, 2, 100), cause())
    assert (rows(paid)[0], tasks()) == ((None, "requested", 525), [(525, "open")])
    stripe.fail_next = [None, GatewayRefused("insufficient_funds")]  # it looks before it sends
    send_refunds()
    assert (rows(paid)[0], tasks()) == ((None, "failed", 525), [(525, "open")])
    retry_refund(ours.pk, cause=Cause(BY, Source.STAFF))
    send_refunds()
    assert (amounts(paid), tasks()) == ((PaymentStatus.REFUNDED, 1125, 0), [(525, "healed")])


def test_of_a_refund_that_came_back_only_what_is_still_owed_goes_again(paid: Payment, stripe: FakeGateway) -> None:
    came_back = at_stripe(paid, stripe, 1, status="failed")
    apply_refund(came_back, cause())
    apply_refund(at_stripe(paid, stripe, 2, 500), cause())
    assert tasks() == [(625, "open")]
    refunded = [(entry.amount, entry.status_label) for entry in payments_of(paid.booking)[1:]]
    assert refunded == [(625, "To be refunded by our team"), (500, "Refunded")]
    first = paid.refunds.get(stripe_refund_id="re_1")
    assert retry_refund(first.pk, cause=Cause(BY, Source.STAFF)).amount == 625


def test_a_refund_that_came_back_and_was_made_up_for_at_stripe_does_not_go_again(
    paid: Payment, stripe: FakeGateway
) -> None:
    for number, (amount, status) in enumerate([(500, "failed"), (1000, "succeeded"), (125, "failed")], 1):
        apply_refund(at_stripe(paid, stripe, number, amount, status=status), cause())
    assert tasks() == [(125, "healed"), (125, "open")]
    first = paid.refunds.get(stripe_refund_id="re_1")
    with pytest.raises(RefundError, match="refunded another way"):
        retry_refund(first.pk, cause=Cause(BY, Source.STAFF))


def test_an_unanswered_refund_is_looked_for_before_the_rest_of_it_is_sent(paid: Payment, stripe: FakeGateway) -> None:
    ours = ask(paid)
    Refund.objects.filter(pk=ours.pk).update(status=RefundStatus.UNKNOWN, first_sent_at=clock.now())
    apply_refund(at_stripe(paid, stripe, 1, 500), cause())
    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        send_refunds()
    assert rows(paid) == [("re_2", "succeeded", 625), ("re_1", "succeeded", 500)]
    assert [key for key in stripe.by_key if key.startswith("refund-")] == [f"refund-{ours.pk}-2"]


def test_a_refund_of_ours_with_another_amount_counts_as_stripe_says_and_is_shown(
    paid: Payment, stripe: FakeGateway
) -> None:
    ours = ask(paid, 800)
    apply_refund(at_stripe(paid, stripe, 1, 300, metadata={"refund_id": str(ours.pk)}), cause())
    assert rows(paid) == [("re_1", "succeeded", 300)]
    assert amounts(paid) == (PaymentStatus.PARTIALLY_REFUNDED, 300, 0)
    shown = Discrepancy.objects.get(kind=DiscrepancyKind.REFUND_AMOUNT)
    assert (shown.stripe_object_id, shown.amount) == ("re_1", 500)
    assert shown.details == {"refund": ours.pk, "asked": 800, "sent": 300}


@pytest.mark.parametrize("changes", [{"status": ""}, {"status": "reversed"}, {"currency": "EUR"}])
def test_a_refund_that_the_ledger_cannot_read_is_a_discrepancy_at_once(
    changes: dict[str, Any], paid: Payment, stripe: FakeGateway
) -> None:
    assert apply_refund(at_stripe(paid, stripe, 1, **changes), cause()) is Applied.DISCREPANCY
    assert discrepancies(DiscrepancyKind.REFUND_DIFFERS) == [("re_1", "open")]
    assert amounts(paid) == (PaymentStatus.SUCCEEDED, 0, 0)


def test_what_cannot_be_even_together_is_a_discrepancy_and_the_rest_counts(paid: Payment, stripe: FakeGateway) -> None:
    at_stripe(paid, stripe, 1, 1000)
    assert apply_refund(at_stripe(paid, stripe, 2, 500), cause()) is Applied.APPLIED
    assert apply_refund(stripe.refunds["re_1"], cause()) is Applied.DISCREPANCY
    assert discrepancies(DiscrepancyKind.REFUND_DIFFERS) == [("re_1", "open")]
    assert amounts(paid) == (PaymentStatus.PARTIALLY_REFUNDED, 500, 0)


def test_a_confirmed_booking_whose_money_went_back_at_stripe_is_a_task(paid: Payment, stripe: FakeGateway) -> None:
    apply_refund(at_stripe(paid, stripe, 1, 500), cause())
    assert discrepancies(DiscrepancyKind.MONEY_WENT_BACK) == []
    apply_refund(at_stripe(paid, stripe, 2, 625), cause())
    assert Booking.objects.get(pk=paid.booking_id).status == BookingStatus.CONFIRMED
    assert discrepancies(DiscrepancyKind.MONEY_WENT_BACK) == [(paid.intent_id, "open")]


@pytest.mark.parametrize(
    ("kind", "status"), [(DiscrepancyKind.MONEY_WENT_BACK, "succeeded"), (DiscrepancyKind.REFUND_DIFFERS, "on_hold")]
)
def test_what_finance_has_ignored_stays_so_when_it_is_told_again(
    paid: Payment, stripe: FakeGateway, kind: DiscrepancyKind, status: str
) -> None:
    made = at_stripe(paid, stripe, 1, status=status)
    apply_refund(made, cause())
    close(Discrepancy.objects.get(kind=kind), DiscrepancyStatus.IGNORED, "A gift.", cause=Cause(BY, Source.STAFF))
    apply_refund(made, cause())
    assert [state for _, state in discrepancies(kind)] == ["ignored"]


def test_an_ignored_refund_that_differs_in_another_way_is_a_task(paid: Payment, stripe: FakeGateway) -> None:
    apply_refund(at_stripe(paid, stripe, 1, status="on_hold"), cause())
    close(Discrepancy.objects.get(), DiscrepancyStatus.IGNORED, "Seen.", cause=Cause(BY, Source.STAFF))
    apply_refund(at_stripe(paid, stripe, 1, status="reversed"), cause())
    assert sorted(state for _, state in discrepancies(DiscrepancyKind.REFUND_DIFFERS)) == ["ignored", "open"]


def test_a_refund_that_finance_made_here_asks_nobody_again(paid: Payment, stripe: FakeGateway) -> None:
    ask(paid)
    send_refunds()
    assert amounts(paid) == (PaymentStatus.REFUNDED, 1125, 0)
    assert discrepancies(DiscrepancyKind.MONEY_WENT_BACK) == []
