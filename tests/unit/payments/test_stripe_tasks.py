"""What Stripe warns of becomes a task or an alarm, once, in any order of its events, and ends when it is over."""

from datetime import datetime, timedelta
from itertools import count, permutations
from typing import Any

import pytest
from django.contrib.auth.models import Group

from payments.domain.checkout import open_checkout
from payments.domain.discrepancies import close
from payments.domain.disputes import apply_dispute
from payments.domain.events import process_inbox
from payments.domain.refunds.request import request_refund
from payments.domain.refunds.send import send_refunds
from payments.enums import DiscrepancyKind, DiscrepancyStatus, RefundReason
from payments.gateway.base import Charge, DisputeResult
from payments.models import Discrepancy, Payment, ReceivedEvent
from portal.accounts.roles import Role
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.bookings.models import Booking
from portal.notifications.models import Notification
from tests.factories import UserFactory
from tests.fakes import FakeGateway
from tests.ledger import pay

pytestmark = pytest.mark.django_db
_numbers = count(1)
NOON = datetime.fromisoformat("2026-11-29T12:00:00Z")
WEBHOOK = Cause(Actor.stripe("evt_1"), Source.WEBHOOK, NOON, "evt_1")


@pytest.fixture(autouse=True)
def finance(db: None) -> None:
    user = UserFactory(email="finn@example.com", first_name="Finn")
    user.groups.add(Group.objects.get(name=Role.FINANCE.value))


def event(kind: str, about: dict[str, Any], *, minute: int = 0, **top: Any) -> ReceivedEvent:
    return ReceivedEvent.objects.create(
        event_id=f"evt_{next(_numbers)}",
        type=kind,
        object_id=about["id"],
        livemode=False,
        created_at=NOON + timedelta(minutes=minute),
        payload={"object": "event", "data": {"object": about}, **top},
    )


def warning(payment: Payment, *, actionable: bool = True, **changes: Any) -> dict[str, Any]:
    told = {
        "id": "issfr_1", "object": "radar.early_fraud_warning", "actionable": actionable, "charge": payment.charge_id,
        "created": 1_790_000_000, "fraud_type": "made_with_stolen_card", "livemode": False,
        "payment_intent": payment.intent_id,
    }  # fmt: skip
    return told | changes


def review(payment: Payment, *, is_open: bool) -> dict[str, Any]:
    return {
        "id": "prv_1", "object": "review", "billing_zip": None, "charge": payment.charge_id,
        "closed_reason": None if is_open else "refunded_as_fraud", "created": 1_790_000_000, "ip_address": "192.0.2.1",
        "livemode": False, "open": is_open, "opened_reason": "rule", "payment_intent": payment.intent_id,
        "reason": "rule" if is_open else "refunded_as_fraud", "session": None,
    }  # fmt: skip


def payout(status: str) -> dict[str, Any]:
    return {
        "id": "po_1", "object": "payout", "amount": 120450, "currency": "gbp", "status": status, "automatic": True,
        "arrival_date": 1_790_000_000, "failure_code": "account_closed" if status == "failed" else None,
    }  # fmt: skip


def account(*, charges: bool = True, payouts: bool = True) -> dict[str, Any]:
    return {
        "id": "acct_1", "object": "account", "charges_enabled": charges, "payouts_enabled": payouts,
        "requirements": {"disabled_reason": None if charges and payouts else "requirements.past_due"},
    }  # fmt: skip


def tasks(kind: DiscrepancyKind) -> list[tuple[str, str]]:
    found = Discrepancy.objects.filter(kind=kind).order_by("pk")
    return list(found.values_list("stripe_object_id", "status"))


def mails(template: str) -> list[dict[str, str]]:
    """What the emails to finance are filled in with."""
    return list(Notification.objects.filter(template=template).order_by("pk").values_list("context", flat=True))


def states() -> set[str]:
    return set(ReceivedEvent.objects.values_list("ledger_state", flat=True))


class TestEarlyFraudWarnings:
    KIND = DiscrepancyKind.FRAUD_WARNING

    def test_one_that_names_only_the_charge_may_come_before_the_payment(
        self, booking: Booking, stripe: FakeGateway
    ) -> None:
        payment = open_checkout(booking).payment
        charge_id = stripe.pay(str(payment.intent_id)).latest_charge_id
        stripe.charges[charge_id] = Charge(
            id=charge_id, intent_id=str(payment.intent_id), status="succeeded", amount=1125, amount_refunded=0,
            currency="GBP", livemode=False, disputed=False,
        )  # fmt: skip
        event("radar.early_fraud_warning.created", warning(payment, charge=charge_id, payment_intent=None))
        process_inbox()
        assert (tasks(self.KIND), states()) == ([("issfr_1", "open")], {"applied"})

    def test_one_is_a_task_that_finance_is_told_of(self, paid: Payment) -> None:
        event("radar.early_fraud_warning.created", warning(paid))
        process_inbox()
        task = Discrepancy.objects.get()
        assert (task.kind, task.payment, task.amount, task.currency) == (self.KIND, paid, 1125, "GBP")
        (mail,) = mails("fraud_warning")
        assert (mail["amount"], mail["reference"]) == ("£11.25", paid.booking.reference)
        assert (mail["reason"], mail["url"]) == (
            "made with stolen card",
            f"/admin/payments/payment/inspect/{paid.pk}/",
        )

    def test_it_is_over_once_the_payment_is_refunded_in_full(self, paid: Payment) -> None:
        event("radar.early_fraud_warning.created", warning(paid))
        process_inbox()
        for amount, status in ((1000, "open"), (125, "healed")):
            by = Actor.system(SystemActor.SETTLEMENT)
            request_refund(paid.pk, amount=amount, reason=RefundReason.GOODWILL, cause=Cause(by, Source.STAFF))
            send_refunds()
            assert tasks(self.KIND) == [("issfr_1", status)]

    @pytest.mark.parametrize("first", ["warning", "dispute"])
    def test_it_is_over_once_the_dispute_is_there(self, first: str, paid: Payment) -> None:
        disputed = DisputeResult(
            id="du_1", intent_id=str(paid.intent_id), charge_id="ch_1", status="needs_response", reason="fraudulent",
            amount=1125, currency="GBP", created_at=NOON, is_charge_refundable=False, withdrawn_amount=1125,
            evidence_due_at=None,
        )  # fmt: skip
        event("radar.early_fraud_warning.created", warning(paid))
        if first == "warning":
            process_inbox()
        apply_dispute(disputed, WEBHOOK)
        process_inbox()
        assert tasks(self.KIND) == ([("issfr_1", "healed")] if first == "warning" else [])

    def test_events_in_any_order_and_twice_tell_once(self, booking: Booking, stripe: FakeGateway) -> None:
        payment = pay(booking, stripe)
        for order in permutations([0, 1]):
            Discrepancy.objects.all().delete()
            for number in (*order, *order):
                kind = ("created", "updated")[number]
                event(f"radar.early_fraud_warning.{kind}", warning(payment), minute=number)
                process_inbox()
            assert tasks(self.KIND) == [("issfr_1", "open")]
        assert len(mails("fraud_warning")) == 1

    def test_what_finance_ignored_does_not_come_back(self, paid: Payment) -> None:
        event("radar.early_fraud_warning.created", warning(paid))
        process_inbox()
        close(
            Discrepancy.objects.get(),
            DiscrepancyStatus.IGNORED,
            "We know them.",
            cause=Cause(WEBHOOK.actor, Source.STAFF),
        )
        event("radar.early_fraud_warning.updated", warning(paid))
        process_inbox()
        assert tasks(self.KIND) == [("issfr_1", "ignored")]

    def test_money_that_is_on_its_way_back_needs_nobody(self, paid: Payment) -> None:
        by = Actor.system(SystemActor.SETTLEMENT)
        request_refund(paid.pk, amount=1125, reason=RefundReason.GOODWILL, cause=Cause(by, Source.STAFF))
        event("radar.early_fraud_warning.created", warning(paid))
        process_inbox()
        assert (tasks(self.KIND), states()) == ([], {"applied"})

    def test_one_that_stripe_calls_too_late_is_no_task(self, paid: Payment) -> None:
        event("radar.early_fraud_warning.created", warning(paid, actionable=False))
        process_inbox()
        assert (tasks(self.KIND), states()) == ([], {"applied"})

    @pytest.mark.parametrize("expanded", [True, False])
    def test_the_charge_alone_finds_the_payment(self, expanded: bool, paid: Payment) -> None:
        Payment.objects.filter(pk=paid.pk).update(charge_id="ch_9")
        charge = {"id": "ch_9", "object": "charge"} if expanded else "ch_9"
        event("radar.early_fraud_warning.created", warning(paid, charge=charge, payment_intent=None))
        process_inbox()
        assert tasks(self.KIND) == [("issfr_1", "open")]

    def test_one_about_somebody_elses_charge_is_unmatched(self, paid: Payment) -> None:
        event("radar.early_fraud_warning.created", warning(paid, charge="ch_x", payment_intent="pi_x"))
        event("radar.early_fraud_warning.created", warning(paid, charge=None, payment_intent=None))
        process_inbox()
        assert (tasks(self.KIND), states()) == ([], {"unmatched"})


class TestReviews:
    KIND = DiscrepancyKind.REVIEW_OPEN

    def test_one_is_a_task_as_long_as_it_is_open(self, paid: Payment) -> None:
        event("review.opened", review(paid, is_open=True))
        process_inbox()
        assert tasks(self.KIND) == [("prv_1", "open")]
        event("review.closed", review(paid, is_open=False), minute=1)
        process_inbox()
        assert tasks(self.KIND) == [("prv_1", "healed")]
        assert Discrepancy.objects.get().closing_note == "Closed at Stripe: refunded as fraud."

    def test_one_that_we_hear_of_when_it_is_over_stays_closed(self, paid: Payment) -> None:
        event("review.closed", review(paid, is_open=False))
        process_inbox()
        for _ in range(2):
            event("review.opened", review(paid, is_open=True))
            process_inbox()
        assert tasks(self.KIND) == [("prv_1", "healed")]

    def test_both_events_waiting_at_once_leave_no_task(self, paid: Payment) -> None:
        event("review.opened", review(paid, is_open=True))
        event("review.closed", review(paid, is_open=False))
        process_inbox()
        assert tasks(self.KIND) == [("prv_1", "healed")]

    def test_one_of_somebody_elses_payment_is_unmatched(self, paid: Payment) -> None:
        event("review.opened", review(paid, is_open=True) | {"payment_intent": "pi_x"})
        process_inbox()
        assert (tasks(self.KIND), states()) == ([], {"unmatched"})


class TestPayouts:
    KIND = DiscrepancyKind.PAYOUT_FAILED

    def test_one_that_failed_is_an_alarm_once(self) -> None:
        for _ in range(2):
            event("payout.failed", payout("failed"))
            process_inbox()
        alarm = Discrepancy.objects.get()
        assert (alarm.kind, alarm.stripe_object_id, alarm.amount, alarm.currency) == (self.KIND, "po_1", 120450, "GBP")
        (mail,) = mails("payout_failed")
        assert (mail["amount"], mail["payout"], mail["reason"]) == ("£1,204.50", "po_1", "account closed")

    def test_one_of_any_size_and_currency_is_an_alarm(self) -> None:
        event("payout.failed", {**payout("failed"), "amount": 3_000_000_000, "currency": "idr"})
        process_inbox()
        assert states() == {"applied"}
        assert Discrepancy.objects.get().amount == 3_000_000_000
        (mail,) = mails("payout_failed")
        assert mail["amount"].replace("\xa0", "") == "IDR30,000,000.00"

    @pytest.mark.parametrize("kind", ["created", "paid"])
    def test_one_that_goes_well_is_only_mirrored(self, kind: str) -> None:
        event(f"payout.{kind}", payout({"created": "pending"}.get(kind, kind)))
        process_inbox()
        assert (Discrepancy.objects.count(), Notification.objects.count(), states()) == (0, 0, {"applied"})

    def test_one_that_was_paid_first_and_came_back_is_an_alarm(self) -> None:
        event("payout.failed", payout("failed"), minute=1)
        event("payout.paid", payout("paid"))
        process_inbox()
        assert tasks(self.KIND) == [("po_1", "open")]


class TestTheAccount:
    KIND = DiscrepancyKind.ACCOUNT_RESTRICTED

    @pytest.mark.parametrize(
        ("charges", "payouts", "sentence"),
        [
            (False, True, "Stripe has stopped card payments for our account, so nobody can pay a deposit online."),
            (True, False, "Stripe has stopped payouts to our bank account. Card payments still work."),
            (False, False, "Stripe has stopped both card payments and payouts for our account."),
        ],
    )
    def test_a_restriction_is_an_alarm_until_stripe_lifts_it(self, charges: bool, payouts: bool, sentence: str) -> None:
        event("account.updated", account(charges=charges, payouts=payouts))
        process_inbox()
        assert tasks(self.KIND) == [("acct_1", "open")]
        assert [mail["restriction"] for mail in mails("account_restricted")] == [sentence]
        event("account.updated", account(), minute=1)
        process_inbox()
        assert tasks(self.KIND) == [("acct_1", "healed")]

    def test_an_older_event_changes_nothing(self) -> None:
        event("account.updated", account(), minute=1)
        process_inbox()
        event("account.updated", account(charges=False))
        process_inbox()
        assert (tasks(self.KIND), states()) == ([], {"applied"})

    def test_it_is_told_again_only_when_it_gets_different(self) -> None:
        for minute, told in enumerate([{"payouts": False}, {"payouts": False}, {"charges": False, "payouts": False}]):
            event("account.updated", account(**told), minute=minute)
            process_inbox()
        assert (tasks(self.KIND), len(mails("account_restricted"))) == ([("acct_1", "open")], 2)

    def test_of_two_in_one_second_the_account_itself_is_asked(self, stripe: FakeGateway) -> None:
        event("account.updated", account(charges=False))
        process_inbox()
        stripe.accounts["acct_1"] = account(charges=False)
        event("account.updated", account())  # made just before it, and delivered after it
        process_inbox()
        assert (tasks(self.KIND), states()) == ([("acct_1", "open")], {"applied"})

    def test_a_connected_account_is_not_ours(self) -> None:
        event("account.updated", account(charges=False), account="acct_1")
        process_inbox()
        assert (tasks(self.KIND), states()) == ([], {"ignored"})
