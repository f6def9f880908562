"""Disputes: finance is told once, and no order of Stripe's events changes how they end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from django.contrib.auth.models import Group

from payments.domain.discrepancies import close
from payments.domain.disputes import apply_dispute
from payments.domain.events import process_inbox
from payments.domain.refunds.apply import apply_refund
from payments.domain.refunds.request import request_refund
from payments.domain.refunds.retry import mark_refunded_offline, retry_refund
from payments.domain.refunds.send import send_refunds
from payments.enums import Applied, DiscrepancyKind, DiscrepancyStatus, PaymentStatus, RefundReason
from payments.gateway.base import DisputeResult
from payments.gateway.stripe_objects import dispute_from
from payments.models import Discrepancy, Dispute, Payment, ReceivedEvent, Refund
from portal.accounts.roles import Role
from portal.audit.actor import Actor, Cause, Source
from portal.audit.models import AuditEvent
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from portal.common import clock
from portal.notifications.models import Notification
from tests.factories import BookingFactory, UserFactory
from tests.fakes import FakeGateway
from tests.ledger import cause, pay

pytestmark = pytest.mark.django_db
DUE = datetime(2026, 12, 3, 9, tzinfo=UTC)


@pytest.fixture
def finance(db: None) -> None:
    for email, active in (("finn@example.com", True), ("left@example.com", False)):
        user = UserFactory(email=email, first_name="Finn", is_active=active)
        user.groups.add(Group.objects.get(name=Role.FINANCE.value))


def disputed(payment: Payment, status: str = "needs_response", withdrawn: int | None = None) -> DisputeResult:
    return DisputeResult(
        id="dp_1", intent_id=str(payment.intent_id), charge_id="ch_1", status=status, reason="product_not_received",
        amount=payment.amount, currency=payment.currency, created_at=clock.now(), is_charge_refundable=False,
        withdrawn_amount=payment.amount if withdrawn is None else withdrawn, evidence_due_at=DUE,
    )  # fmt: skip


def told() -> list[tuple[str, str]]:
    return list(
        Notification.objects.filter(template__startswith="dispute").order_by("pk").values_list("template", "to")
    )


def test_finance_is_told_by_when_to_answer_and_how_it_ended(paid: Payment, finance: None) -> None:
    for result in (disputed(paid), disputed(paid), disputed(paid, "under_review"), disputed(paid, "lost")):
        assert apply_dispute(result, cause()) is Applied.APPLIED
    assert told() == [("dispute_opened", "finn@example.com"), ("dispute_closed", "finn@example.com")]
    opened, closed = Notification.objects.filter(template__startswith="dispute").order_by("pk")
    assert opened.context["due"] == "9am on Thursday 3 December"
    assert (opened.context["reason"], closed.context["outcome"]) == ("product not received", "lost")


def test_one_that_we_hear_of_when_it_is_over_is_told_once(paid: Payment, finance: None) -> None:
    apply_dispute(disputed(paid, "won", 0), cause())
    assert told() == [("dispute_closed", "finn@example.com")]


def test_the_net_loses_a_dispute_fee_in_the_fees_own_currency_alone(paid: Payment, stripe: FakeGateway) -> None:
    apply_dispute(replace(disputed(paid, withdrawn=500), fee_amount=1500, settlement_currency="GBP"), cause())
    other = pay(BookingFactory(), stripe)
    in_euros = replace(disputed(other), id="dp_2", fee_amount=1700, settlement_currency="EUR")
    apply_dispute(in_euros, cause())
    pounds = {"captured": 2250, "refunded": 0, "disputed": 1625, "dispute_fees": 1500, "net": -875}
    assert Payment.objects.totals() == {
        "EUR": {"captured": 0, "refunded": 0, "disputed": 0, "dispute_fees": 1700, "net": -1700}, "GBP": pounds,
    }  # fmt: skip
    assert Payment.objects.filter(pk=paid.pk).totals() == {
        "GBP": {"captured": 1125, "refunded": 0, "disputed": 500, "dispute_fees": 1500, "net": -875}
    }
    apply_dispute(replace(in_euros, status="won", fee_amount=0, withdrawn_amount=0, movements=2), cause())
    assert Payment.objects.totals() == {"GBP": {**pounds, "disputed": 500, "net": 250}}
    assert Payment.objects.none().totals() == {}


@pytest.mark.parametrize(("status", "withdrawn"), [("lost", 1125), ("won", 0)])
def test_what_was_read_before_the_decision_changes_nothing_after_it(status: str, withdrawn: int, paid: Payment) -> None:
    earlier = disputed(paid)
    apply_dispute(replace(earlier, status=status, withdrawn_amount=withdrawn), cause())
    assert apply_dispute(earlier, cause()) is Applied.APPLIED
    dispute = Dispute.objects.get()
    paid.refresh_from_db()
    assert (dispute.status, dispute.withdrawn_amount, paid.disputed_amount) == (status, withdrawn, withdrawn)


KINDS = ("created", "funds_withdrawn", "closed")


@pytest.mark.parametrize("order", list(permutations(KINDS)))
def test_events_in_any_order_and_twice_end_the_same(
    order: tuple[str, ...], paid: Payment, stripe: FakeGateway, finance: None
) -> None:
    stripe.disputes["dp_1"] = disputed(paid, "lost")
    for number, kind in enumerate((*order, *order)):
        ReceivedEvent.objects.create(
            event_id=f"evt_{number}", type=f"charge.dispute.{kind}", object_id="dp_1", livemode=False,
            created_at=clock.now(), payload={"data": {"object": {"id": "dp_1"}}},
        )  # fmt: skip
    while process_inbox():
        pass
    paid.refresh_from_db()
    assert set(ReceivedEvent.objects.values_list("ledger_state", flat=True)) == {"applied"}
    assert Dispute.objects.values_list("status", "withdrawn_amount").get() == ("lost", paid.amount)
    assert (paid.status, paid.disputed_amount) == (PaymentStatus.SUCCEEDED, paid.amount)
    assert Booking.objects.get(pk=paid.booking_id).status == BookingStatus.CONFIRMED
    assert AuditEvent.objects.filter(action="dispute.moved").count() == 1
    assert told() == [("dispute_closed", "finn@example.com")]


def test_money_that_comes_back_is_no_longer_disputed(paid: Payment) -> None:
    apply_dispute(disputed(paid), cause())
    paid.refresh_from_db()
    assert paid.disputed_amount == paid.amount
    apply_dispute(disputed(paid, "won", 0), cause())
    paid.refresh_from_db()
    assert paid.disputed_amount == 0


def asked(minutes: int) -> Cause:
    """Stripe was asked so many minutes from now."""
    return replace(cause(), as_of=clock.now() + timedelta(minutes=minutes))


def test_an_answer_with_fewer_balance_transactions_is_older_and_changes_nothing(paid: Payment) -> None:
    won = replace(disputed(paid, "won", 0), movements=2)
    apply_dispute(won, asked(0))
    apply_dispute(replace(disputed(paid, "won"), movements=1), asked(5))
    paid.refresh_from_db()
    assert (Dispute.objects.get().withdrawn_amount, paid.disputed_amount) == (0, 0)


def test_of_two_answers_alike_in_money_the_later_one_counts(paid: Payment) -> None:
    apply_dispute(disputed(paid, "under_review"), asked(5))
    apply_dispute(disputed(paid, "needs_response"), asked(0))
    assert Dispute.objects.get().status == "under_review"


@pytest.mark.parametrize("closed", ["prevented", "warning_closed"])
def test_one_that_opens_again_is_told_again(closed: str, paid: Payment, finance: None) -> None:
    for number, status in enumerate(("needs_response", closed, "needs_response")):
        apply_dispute(disputed(paid, status), asked(number))
    assert [template for template, _ in told()] == ["dispute_opened", "dispute_closed", "dispute_opened"]
    assert Dispute.objects.get().closed_at is None


def test_an_inquiry_that_becomes_a_chargeback_is_told_again(paid: Payment, finance: None) -> None:
    inquiry = disputed(paid, "warning_needs_response", 0)
    for number, result in enumerate((inquiry, disputed(paid))):
        apply_dispute(result, asked(number))
    assert [template for template, _ in told()] == ["dispute_opened", "dispute_opened"]


def test_a_lost_dispute_of_a_confirmed_booking_is_a_task(paid: Payment) -> None:
    apply_dispute(disputed(paid), asked(0))
    assert not Discrepancy.objects.exists()
    apply_dispute(disputed(paid, "lost"), asked(1))
    assert Discrepancy.objects.get().kind == DiscrepancyKind.MONEY_WENT_BACK


def cancelled_refund(payment: Payment, amount: int) -> Refund:
    """What a cancellation promises."""
    reason = RefundReason.CANCELLATION
    return request_refund(payment.pk, amount=amount, reason=reason, cause=Cause(Actor.stripe("evt_1"), Source.STAFF))


def waiting() -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Refunds and their tasks."""
    tasks = Discrepancy.objects.filter(kind=DiscrepancyKind.REFUND_BLOCKED).order_by("pk")
    refunds = Refund.objects.order_by("pk").values_list("amount", "status")
    return list(refunds), list(tasks.values_list("amount", "status"))


def test_a_refund_that_the_dispute_blocked_ends_once_the_bank_has_returned_it(paid: Payment) -> None:
    apply_dispute(disputed(paid), asked(0))
    cancelled_refund(paid, 1125)
    assert waiting() == ([(1125, "failed")], [(1125, "open")])
    apply_dispute(disputed(paid, "lost"), asked(1))
    assert waiting() == ([(1125, "cancelled")], [(1125, "healed")])


def test_a_refund_not_yet_sent_ends_with_the_lost_dispute_and_nobody_is_told(
    paid: Payment, stripe: FakeGateway, finance: None
) -> None:
    cancelled_refund(paid, 1125)
    apply_dispute(disputed(paid, "lost"), asked(0))
    assert (send_refunds(), stripe.calls.count("refund")) == (0, 0)
    paid.refresh_from_db()
    assert (waiting(), paid.pending_refund_amount) == (([(1125, "cancelled")], []), 0)
    assert not Notification.objects.filter(template__startswith="refund").exists()


def test_a_partly_lost_dispute_leaves_the_rest_to_give_back_and_counts_once(paid: Payment) -> None:
    apply_dispute(disputed(paid, withdrawn=500), asked(0))
    cancelled_refund(paid, 1125)
    for minutes in (1, 2):
        apply_dispute(disputed(paid, "lost", 500), asked(minutes))
        assert waiting() == ([(625, "failed")], [(625, "open")])


def test_a_refund_that_the_bank_had_sent_back_keeps_what_stripe_says_of_it(paid: Payment, stripe: FakeGateway) -> None:
    cancelled_refund(paid, 1125)
    send_refunds()
    (sent,) = stripe.refunds.values()
    stripe.refunds[sent.id] = replace(sent, status="failed")
    apply_refund(stripe.refunds[sent.id], cause())
    apply_dispute(disputed(paid, "lost"), asked(1))
    assert waiting() == ([(1125, "failed")], [(1125, "healed")])


def moved(payment: Payment, *steps: tuple[str, int], first: int = 0) -> None:
    """What Stripe tells, one after the other: the state, and what is withdrawn then."""
    for number, (status, withdrawn) in enumerate(steps, first):
        apply_dispute(replace(disputed(payment, status, withdrawn), movements=number), asked(number))


def owed_to_caregiver() -> list[str]:
    told = Notification.objects.filter(template="refund_owed").order_by("pk")
    return [mail.context["amount"] for mail in told]


@pytest.mark.parametrize("closed", ["won", "warning_closed", "prevented"])
def test_a_refund_that_a_lost_dispute_had_covered_is_owed_again_when_it_is_not_lost_after_all(
    closed: str, paid: Payment, finance: None
) -> None:
    moved(paid, ("needs_response", 1125))
    cancelled_refund(paid, 1125)
    moved(paid, ("lost", 1125), first=1)
    assert (waiting(), owed_to_caregiver()) == (([(1125, "cancelled")], [(1125, "healed")]), [])
    for _ in range(2):
        moved(paid, (closed, 0), first=2)
    assert waiting() == ([(1125, "cancelled"), (1125, "failed")], [(1125, "healed"), (1125, "open")])
    assert Refund.objects.filter(reason=RefundReason.CANCELLATION).count() == 2
    assert owed_to_caregiver() == ["£11.25"]
    assert Notification.objects.get(template="refund_to_return").context["amount"] == "£11.25"
    assert AuditEvent.objects.filter(action="refund.owed_again").count() == 1
    paid.refresh_from_db()
    assert (paid.disputed_amount, paid.pending_refund_amount, paid.refunded_amount) == (0, 0, 0)


def test_a_refund_that_was_never_sent_is_owed_again_too(paid: Payment, stripe: FakeGateway) -> None:
    cancelled_refund(paid, 1125)
    moved(paid, ("lost", 1125), ("won", 0))
    assert waiting() == ([(1125, "cancelled"), (1125, "failed")], [(1125, "open")])
    assert (send_refunds(), stripe.calls.count("refund")) == (0, 0)


def test_what_is_owed_again_goes_through_stripe_where_stripe_takes_it(paid: Payment, stripe: FakeGateway) -> None:
    cancelled_refund(paid, 1125)
    moved(paid, ("lost", 1125), ("won", 0))
    Dispute.objects.update(is_charge_refundable=True)
    retry_refund(Refund.objects.get(status="failed").pk, cause=Cause(Actor.stripe("evt_1"), Source.STAFF))
    send_refunds()
    assert waiting() == ([(1125, "cancelled"), (1125, "succeeded")], [(1125, "healed")])


def test_what_the_bank_had_sent_back_is_covered_and_owed_again_by_its_task(paid: Payment, stripe: FakeGateway) -> None:
    cancelled_refund(paid, 1125)
    send_refunds()
    (sent,) = stripe.refunds.values()
    stripe.refunds[sent.id] = replace(sent, status="failed")
    apply_refund(stripe.refunds[sent.id], cause())
    moved(paid, ("lost", 500), ("won", 0))
    assert waiting() == ([(1125, "failed"), (500, "failed")], [(625, "open"), (500, "open")])
    moved(paid, ("needs_response", 1125), ("lost", 1125), first=2)
    assert waiting()[1] == [(625, "healed"), (500, "healed")]


def test_what_stripe_returns_of_a_loss_is_owed_as_far_as_it_had_counted(paid: Payment) -> None:
    moved(paid, ("needs_response", 1125))
    cancelled_refund(paid, 800)
    moved(paid, ("lost", 1125), ("lost", 600), first=1)
    assert waiting() == ([(800, "cancelled"), (200, "failed")], [(800, "healed"), (200, "open")])
    assert owed_to_caregiver() == ["£2.00"]
    moved(paid, ("won", 0), first=3)
    assert waiting()[0] == [(800, "cancelled"), (200, "failed"), (600, "failed")]
    assert owed_to_caregiver() == ["£2.00", "£6.00"]


def test_what_a_part_of_was_returned_by_hand_is_owed_for_the_rest(paid: Payment) -> None:
    moved(paid, ("needs_response", 500))
    refund = cancelled_refund(paid, 1125)
    moved(paid, ("lost", 500), first=1)
    mark_refunded_offline(refund.pk, amount=625, cause=Cause(Actor.stripe("evt_1"), Source.STAFF))
    moved(paid, ("won", 0), first=2)
    assert waiting()[0] == [(625, "succeeded"), (500, "failed")]
    owed = Refund.objects.get(amount=500)
    mark_refunded_offline(owed.pk, amount=500, cause=Cause(Actor.stripe("evt_1"), Source.STAFF))
    paid.refresh_from_db()
    assert (paid.status, paid.refunded_amount) == (PaymentStatus.REFUNDED, 1125)


def test_a_lost_dispute_that_opens_again_waits_for_the_bank_and_says_what_it_decides(paid: Payment) -> None:
    moved(paid, ("needs_response", 1125))
    cancelled_refund(paid, 1125)
    moved(paid, ("lost", 1125), ("under_review", 1125), first=1)
    assert waiting()[1] == [(1125, "healed"), (1125, "open")]
    assert owed_to_caregiver() == []
    moved(paid, ("lost", 1125), first=3)
    assert (waiting()[1], owed_to_caregiver()) == ([(1125, "healed"), (1125, "healed")], [])
    moved(paid, ("won", 0), first=4)
    assert (waiting()[1][-1], owed_to_caregiver()) == ((1125, "open"), ["£11.25"])


def test_what_counted_for_a_refund_before_counts_for_no_other_one(paid: Payment) -> None:
    moved(paid, ("needs_response", 1125))
    cancelled_refund(paid, 500)
    moved(paid, ("lost", 1125), ("won", 0), ("needs_response", 1125), ("lost", 1125), first=1)
    assert waiting()[1] == [(500, "healed"), (500, "healed")]
    assert sum(Refund.objects.values_list("covered_amount", flat=True)) == 500


def test_a_refund_of_a_dispute_that_ends_is_owed_and_told(paid: Payment, finance: None) -> None:
    moved(paid, ("needs_response", 1125))
    cancelled_refund(paid, 1125)
    assert owed_to_caregiver() == []
    moved(paid, ("lost", 500), first=1)
    assert (waiting()[1], owed_to_caregiver()) == ([(625, "open")], ["£6.25"])


def test_a_place_without_money_is_none_once_the_dispute_is_won_after_all(paid: Payment) -> None:
    moved(paid, ("lost", 1125))
    assert Discrepancy.objects.get().status == DiscrepancyStatus.OPEN
    moved(paid, ("won", 0), first=1)
    assert Discrepancy.objects.get().status == DiscrepancyStatus.HEALED


def test_a_dispute_in_another_currency_than_its_payment_is_a_discrepancy(paid: Payment) -> None:
    in_euros = replace(disputed(paid, withdrawn=1300), currency="EUR", amount=1300)
    assert apply_dispute(in_euros, cause()) is Applied.DISCREPANCY
    assert not Dispute.objects.exists()
    opened = Discrepancy.objects.get()
    assert (opened.kind, opened.amount, opened.currency) == (DiscrepancyKind.DISPUTE_MISSING, 1300, "EUR")
    close(opened, DiscrepancyStatus.IGNORED, "seen", cause=Cause(Actor.stripe("evt_1"), Source.STAFF))
    assert apply_dispute(in_euros, cause()) is Applied.DISCREPANCY
    assert Discrepancy.objects.values_list("status", flat=True).get() == "ignored"


def test_a_state_with_a_name_too_long_to_keep_is_a_discrepancy_at_once(paid: Payment, stripe: FakeGateway) -> None:
    stripe.disputes["dp_1"] = disputed(paid, "compelling_evidence_pre_arbitration_review")
    event = ReceivedEvent.objects.create(
        event_id="evt_1", type="charge.dispute.updated", object_id="dp_1", livemode=False, created_at=clock.now(),
        payload={"data": {"object": {"id": "dp_1"}}},
    )  # fmt: skip
    process_inbox()
    event.refresh_from_db()
    assert (event.ledger_state, event.attempts, Discrepancy.objects.get().amount) == ("discrepancy", 1, 1125)


def test_a_reason_too_long_to_keep_is_cut(paid: Payment) -> None:
    apply_dispute(replace(disputed(paid), reason="x" * 65), cause())
    assert Dispute.objects.get().reason == "x" * 64


class TestRead:
    """A dispute as Stripe's JSON tells it."""

    def read(self, *movements: tuple[int, int, str], status: str = "needs_response") -> DisputeResult:
        return dispute_from(
            {
                "id": "du_1", "payment_intent": "pi_1", "charge": "ch_1", "status": status, "reason": None,
                "amount": 1125, "currency": "gbp", "created": 1_790_000_000, "is_charge_refundable": False,
                "evidence_details": {"due_by": None, "submission_count": 1},
                "balance_transactions": [
                    {"amount": amount, "fee": fee, "currency": currency} for amount, fee, currency in movements
                ],
            }
        )  # fmt: skip

    def test_the_balances_currency_is_never_read_as_the_charges(self) -> None:
        told = self.read((-1316, 1500, "eur"))
        assert (told.withdrawn_amount, told.currency) == (1125, "GBP")
        assert (told.settlement_amount, told.settlement_currency, told.fee_amount) == (1316, "EUR", 1500)

    def test_a_partly_returned_loss_is_what_stripe_kept(self) -> None:
        assert self.read((-1125, 1500, "gbp"), (500, 0, "gbp")).withdrawn_amount == 625
        assert self.read((-1316, 1500, "eur"), (658, 0, "eur")).withdrawn_amount == 562

    def test_what_came_back_at_a_better_rate_is_not_a_debt(self) -> None:
        told = self.read((-1316, 1500, "eur"), (1320, -1500, "eur"))
        assert (told.withdrawn_amount, told.settlement_amount, told.fee_amount, told.movements) == (0, -4, 0, 2)

    def test_a_won_dispute_leaves_nothing_withdrawn_whatever_the_rate(self) -> None:
        back = (1290, -1500, "eur")
        assert self.read((-1316, 1500, "eur"), back, status="won").withdrawn_amount == 0
        assert self.read((-1316, 1500, "eur"), status="won").withdrawn_amount == 1125  # it is still to come back

    def test_how_often_the_bank_was_answered_is_told(self) -> None:
        assert self.read().submissions == 1

    def test_an_inquiry_has_moved_nothing(self) -> None:
        told = self.read()
        assert (told.withdrawn_amount, told.settlement_currency, told.movements) == (0, "", 0)
