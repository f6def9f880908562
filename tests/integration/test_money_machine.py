"""Any sequence of clicks, cards, faults, lost, doubled and reordered events ends where an independent oracle says.

The oracle knows only what happened at Stripe and what people asked for; it never looks at the portal's own rules.
Each example runs in a savepoint that is rolled back, so no table is flushed between examples.
"""

import contextlib
import os
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from pytest_django import Settings

from payments.domain import intent_sync
from payments.domain.cancellation import NotCancellable, cancel
from payments.domain.checkout import CheckoutClosed, open_checkout
from payments.domain.disputes import apply_dispute
from payments.domain.events import process_inbox
from payments.domain.invariants import INVARIANTS, violations
from payments.domain.reconciliation import heal, reconcile
from payments.domain.refunds.request import request_refund
from payments.domain.refunds.send import send_refunds
from payments.domain.release import expire_holds
from payments.enums import CAPTURED, Applied, RefundReason, RunKind, RunState
from payments.errors import RefundError
from payments.gateway.base import DisputeResult, GatewayError, GatewayUnreachable, Intent, RefundResult
from payments.models import Payment, ReceivedEvent
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.bookings.domain.holds import extend_hold
from portal.bookings.enums import BookingStatus
from portal.bookings.errors import BookingError
from portal.bookings.models import Booking, Session
from portal.common import clock
from tests.factories import BookingFactory, SessionFactory
from tests.fakes import FakeGateway, use_gateway

EXAMPLES = int(os.environ.get("MONEY_EXAMPLES", "60"))
STEPS = 30
DISPUTED = [("warning_needs_response", 0), ("needs_response", 1), ("under_review", 1), ("won", 0), ("lost", 1)]
FINANCE = Actor.system(SystemActor.SETTLEMENT)
_events = count(1)


class Killed(RuntimeError):
    """The worker died between two writes."""


@dataclass
class Stripe(FakeGateway):
    """The provider, which tells of everything that happens there."""

    undelivered: list[dict[str, Any]] = field(default_factory=list)
    past: list[dict[str, Any]] = field(default_factory=list)
    refunded_here: dict[str, int] = field(default_factory=dict)
    answers: list[tuple[DisputeResult, datetime]] = field(default_factory=list)

    def tell(self, kind: str, thing: dict[str, Any]) -> None:
        """An event to be delivered, as Stripe would send it."""
        told = {"id": f"evt_machine_{next(_events)}", "type": kind, "created": clock.now(), "object": thing}
        self.undelivered.append(told)
        self.past.append(told)

    def tell_of(self, kind: str, intent: Intent, error: dict[str, str] | None = None) -> None:
        """An event about an intent as it is now."""
        self.tell(
            kind,
            {
                "id": intent.id,
                "object": "payment_intent",
                "status": intent.status,
                "amount": intent.amount,
                "amount_received": intent.amount_received,
                "currency": intent.currency.lower(),
                "livemode": False,
                "created": int(intent.created_at.timestamp()),
                "metadata": intent.metadata,
                "latest_charge": intent.latest_charge_id or None,
                "last_payment_error": error,
                "cancellation_reason": intent.cancellation_reason or None,
            },
        )

    def cancel_intent(self, intent_id: str) -> Intent:
        before = self.intents[intent_id].status
        try:
            return super().cancel_intent(intent_id)
        finally:
            if self.intents[intent_id].status == "canceled" != before:
                self.tell_of("payment_intent.canceled", self.intents[intent_id])

    def refund(self, intent_id: str, amount: int, *, refund_id: int, idempotency_key: str) -> RefundResult:
        known = set(self.refunds)
        sent = sum(r.amount for r in self.refunds.values() if r.intent_id == intent_id and r.status != "failed")
        fits = idempotency_key in self.by_key or sent + amount <= self.intents[intent_id].amount_received
        assert fits or intent_id in self.refunded_here
        try:
            return super().refund(intent_id, amount, refund_id=refund_id, idempotency_key=idempotency_key)
        finally:
            for new in set(self.refunds) - known:
                self.tell("refund.created", {"id": new, "object": "refund"})

    def change_refund(self, refund_id: str, status: str) -> None:
        """The bank decides otherwise."""
        self.refunds[refund_id] = replace(self.refunds[refund_id], status=status)
        self.tell(f"refund.{'failed' if status == 'failed' else 'updated'}", {"id": refund_id, "object": "refund"})

    def left_of(self, intent: Intent) -> int:
        """What Stripe could still send back."""
        return intent.amount_received - sum(r.amount for r in self.list_of(intent.id) if r.status != "failed")

    def refund_in_the_dashboard(self, intent: Intent, amount: int) -> None:
        """Somebody refunds at Stripe, where nobody knows of our own refunds under way."""
        made = RefundResult(
            id=f"re_{len(self.refunds) + 1}", intent_id=intent.id, charge_id="ch_1", status="succeeded", amount=amount,
            currency=intent.currency, created_at=clock.now(), metadata={},
        )  # fmt: skip
        self.refunds[made.id] = made
        self.refunded_here[intent.id] = self.refunded_here.get(intent.id, 0) + amount
        self.tell("refund.created", {"id": made.id, "object": "refund"})

    def dispute(self, intent: Intent, status: str, withdrawn: int) -> None:
        """The bank takes the money, gives it back, or only asks; each is one more balance transaction or none."""
        before = self.disputes.get(f"du_{intent.id}")
        moved = withdrawn != (before.withdrawn_amount if before else 0)
        self.disputes[f"du_{intent.id}"] = DisputeResult(
            id=f"du_{intent.id}", intent_id=intent.id, charge_id="ch_1", status=status, reason="general",
            amount=intent.amount, currency=intent.currency, created_at=before.created_at if before else clock.now(),
            is_charge_refundable=status.startswith("warning"), withdrawn_amount=withdrawn, evidence_due_at=None,
            movements=(before.movements if before else 0) + moved,
        )  # fmt: skip
        self.answers.append((self.disputes[f"du_{intent.id}"], clock.now()))
        self.tell("charge.dispute.updated", {"id": f"du_{intent.id}", "object": "dispute"})


class Money(RuleBasedStateMachine):
    """The portal, its caregivers, its staff, and Stripe."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.now = clock.now()
        self.clock = time_machine.travel(self.now, tick=False)
        self.traveller = self.clock.start()
        self.stripe = Stripe()
        self.patch = pytest.MonkeyPatch()
        use_gateway(self.stripe, self.patch)
        self.kill_next = False
        real = intent_sync.settle_booking
        self.patch.setattr(intent_sync, "settle_booking", lambda *a, **k: (self._maybe_die(), real(*a, **k)))
        self.bookings: list[int] = []
        self.cancelled: set[int] = set()
        self.asked: dict[int, int] = {}

    def _maybe_die(self) -> None:
        if self.kill_next:
            self.kill_next = False
            raise Killed

    @initialize(places=st.integers(1, 2))
    def open_a_session(self, places: int) -> None:
        self.session: Session = SessionFactory(capacity=places)

    # People

    @precondition(lambda self: len(self.bookings) < 4)
    @rule()
    def book(self) -> None:
        try:
            with transaction.atomic():
                self.bookings.append(BookingFactory(session=Session.objects.get(pk=self.session.pk)).pk)
        except BookingError:
            assert Session.objects.get(pk=self.session.pk).held == self.session.capacity

    @precondition(lambda self: self.bookings)
    @rule(data=st.data())
    def open_the_payment_page(self, data: st.DataObject) -> None:
        with contextlib.suppress(CheckoutClosed, GatewayError, Killed):
            open_checkout(self._any_booking(data))

    @precondition(lambda self: self._payable())
    @rule(data=st.data(), how=st.sampled_from(["pay", "pay", "pay", "decline", "3ds", "processing"]))
    def use_a_card(self, data: st.DataObject, how: str) -> None:
        intent = data.draw(st.sampled_from(self._payable()))
        if how == "pay":
            self._succeed(intent.id)
        elif how == "decline":
            error = {"code": "card_declined", "decline_code": "generic_decline", "type": "card_error"}
            self.stripe.tell_of("payment_intent.payment_failed", intent, error)
        elif how == "3ds":
            now = self.stripe.set(intent.id, status="requires_action")
            self.stripe.tell_of("payment_intent.requires_action", now)
        else:
            now = self.stripe.set(intent.id, status="processing")
            self.stripe.tell_of("payment_intent.processing", now)

    @precondition(lambda self: self._processing())
    @rule(data=st.data(), good=st.booleans())
    def the_bank_decides(self, data: st.DataObject, good: bool) -> None:
        intent = data.draw(st.sampled_from(self._processing()))
        if good:
            self._succeed(intent.id)
        else:
            now = self.stripe.set(intent.id, status="requires_payment_method")
            self.stripe.tell_of("payment_intent.payment_failed", now, {"code": "card_declined", "type": "card_error"})

    @precondition(lambda self: self.bookings)
    @rule(data=st.data())
    def cancel_a_booking(self, data: st.DataObject) -> None:
        booking = self._any_booking(data)
        try:
            cancel(booking, cause=Cause(Actor.user(booking.caregiver.user), Source.CAREGIVER))
            self.cancelled.add(booking.pk)
        except NotCancellable:
            pass
        except Killed:
            self.cancelled.add(booking.pk)  # the wish was committed before the worker died

    @precondition(lambda self: self.bookings)
    @rule(data=st.data())
    def ask_for_more_time(self, data: st.DataObject) -> None:
        booking = self._any_booking(data)
        if booking.can_extend_hold:
            extend_hold(booking.pk, cause=Cause(Actor.user(booking.caregiver.user), Source.CAREGIVER))

    @precondition(lambda self: self._captured())
    @rule(data=st.data(), part=st.integers(1, 3))
    def refund_by_finance(self, data: st.DataObject, part: int) -> None:
        payment = data.draw(st.sampled_from(self._captured()))
        amount = max(1, payment.refundable_amount // part)
        try:
            request_refund(payment.pk, amount=amount, reason=RefundReason.GOODWILL, cause=Cause(FINANCE, Source.STAFF))
            self.asked[payment.pk] = self.asked.get(payment.pk, 0) + amount
        except RefundError:
            assert payment.refundable_amount == 0

    # Workers and time

    @rule()
    def send_what_is_due(self) -> None:
        send_refunds()

    @rule(minutes=st.sampled_from([1, 10, 35]))
    def time_goes_on(self, minutes: int) -> None:
        self._wait(minutes)
        with contextlib.suppress(Killed):
            expire_holds()

    # Stripe, the network, and the machine

    @precondition(lambda self: self.stripe.undelivered)
    @rule(data=st.data(), copies=st.integers(0, 2))
    def deliver_or_lose_an_event(self, data: st.DataObject, copies: int) -> None:
        told = self.stripe.undelivered.pop(data.draw(st.integers(0, len(self.stripe.undelivered) - 1)))
        for _ in range(copies):
            self._receive(told)
        process_inbox()

    @precondition(lambda self: any(r.status == "succeeded" for r in self.stripe.refunds.values()))
    @rule(data=st.data())
    def a_refund_fails_later(self, data: st.DataObject) -> None:
        sent = [r.id for r in self.stripe.refunds.values() if r.status == "succeeded"]
        self.stripe.change_refund(data.draw(st.sampled_from(sent)), "failed")

    @precondition(lambda self: self._refundable_at_stripe())
    @rule(data=st.data(), part=st.integers(1, 3))
    def somebody_refunds_in_the_dashboard(self, data: st.DataObject, part: int) -> None:
        intent = data.draw(st.sampled_from(self._refundable_at_stripe()))
        self.stripe.refund_in_the_dashboard(intent, max(1, self.stripe.left_of(intent) // part))

    @precondition(lambda self: any(i.status == "succeeded" for i in self.stripe.intents.values()))
    @rule(data=st.data(), how=st.sampled_from(DISPUTED))
    def the_cardholder_disputes(self, data: st.DataObject, how: tuple[str, int]) -> None:
        paid = [i for i in self.stripe.intents.values() if i.status == "succeeded"]
        intent = data.draw(st.sampled_from(paid))
        status, taken = how
        self.stripe.dispute(intent, status, taken * intent.amount)

    @precondition(lambda self: self.stripe.answers)
    @rule(data=st.data())
    def another_worker_writes_its_older_answer_last(self, data: st.DataObject) -> None:
        answer, asked_at = data.draw(st.sampled_from(self.stripe.answers))
        apply_dispute(answer, Cause(FINANCE, Source.WEBHOOK, asked_at))

    @rule(fault=st.sampled_from(["unreachable", "lost reply", "killed"]))
    def something_breaks(self, fault: str) -> None:
        if fault == "unreachable":
            self.stripe.fail_next = [GatewayUnreachable("timeout")]
        elif fault == "lost reply":
            self.stripe.lose_next = 1
        else:
            self.kill_next = True

    # The end: calm, everything delivered, and the oracle

    def teardown(self) -> None:
        try:
            if hasattr(self, "session"):
                self._calm_down()
                self._judge()
        finally:
            self.clock.stop()
            self.patch.undo()
            transaction.savepoint_rollback(self.savepoint)

    def _calm_down(self) -> None:
        self.stripe.fail_next, self.stripe.lose_next, self.kill_next = [], 0, False
        for intent in self._processing():
            self._succeed(intent.id)
        self._reconcile()
        for _ in range(6):
            for told in list(self.stripe.past):  # the events catch-up: what was missed is fetched and stored
                self._receive(told)
            for _ in range(5):
                process_inbox()
            send_refunds()
            expire_holds()
            self._wait(40)
        assert not ReceivedEvent.objects.filter(event_id__startswith="evt_machine_", ledger_state="received").exists()

    def _reconcile(self) -> None:
        """Before any lost event is told again. One finding breaks: the run ends, and says so of that one alone."""
        poisoned = next(iter(self.stripe.intents), "")
        real = heal.apply_intent  # type: ignore[attr-defined]

        def breaks(intent: Intent, cause: Cause) -> Applied:
            if intent.id == poisoned:
                raise ZeroDivisionError
            return real(intent, cause)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(heal, "apply_intent", breaks)
            now = clock.now()
            run = reconcile(RunKind.FULL, now - timedelta(days=1), now, heal_missed=True)
        assert (run.state, run.error) == (RunState.FINISHED, "")
        assert sum(run.failed.values()) <= 1

    def _judge(self) -> None:
        assert violations(INVARIANTS[:-1]) == []  # the audit chain is sealed after commit, which no example reaches
        standing = 0
        for booking in Booking.objects.filter(pk__in=self.bookings):
            paid = [i for i in self._intents_of(booking) if i.status == "succeeded"]
            assert len(paid) <= 1, "charged twice"
            self._judge_payment(booking, paid)
            standing += booking.status == BookingStatus.CONFIRMED
            if booking.pk in self.cancelled and booking.status != BookingStatus.CONFIRMED:
                assert booking.status in (BookingStatus.CANCELLED, BookingStatus.EXPIRED)
            if not paid:
                assert booking.status in (BookingStatus.CANCELLED, BookingStatus.EXPIRED), "kept without money"
        assert standing <= self.session.capacity
        assert Session.objects.get(pk=self.session.pk).held == standing

    def _judge_payment(self, booking: Booking, paid: list[Intent]) -> None:
        for intent in paid:
            payment = Payment.objects.get(intent_id=intent.id)
            at_stripe = [r for r in self.stripe.refunds.values() if r.intent_id == intent.id]
            returned = sum(r.amount for r in at_stripe if r.status == "succeeded")
            assert (payment.captured_amount, payment.refunded_amount) == (intent.amount, returned)
            assert payment.pending_refund_amount == 0
            failed = sum(r.amount for r in at_stripe if r.status == "failed")
            dispute = self.stripe.disputes.get(f"du_{intent.id}")
            assert payment.disputed_amount == (dispute.withdrawn_amount if dispute else 0)
            if booking.status != BookingStatus.CONFIRMED:  # a week ahead: every cancellation returns everything
                assert returned + failed >= intent.amount or failed or dispute, "money kept for a place that is gone"
            else:
                wanted = self.asked.get(payment.pk, 0) + self.stripe.refunded_here.get(intent.id, 0)
                assert returned <= wanted, "money sent back that nobody asked for"

    # Help

    def _any_booking(self, data: st.DataObject) -> Booking:
        return Booking.objects.get(pk=data.draw(st.sampled_from(self.bookings)))

    def _payable(self) -> list[Intent]:
        return [i for i in self.stripe.intents.values() if i.status in ("requires_payment_method", "requires_action")]

    def _processing(self) -> list[Intent]:
        return [i for i in self.stripe.intents.values() if i.status == "processing"]

    def _refundable_at_stripe(self) -> list[Intent]:
        return [i for i in self.stripe.intents.values() if i.status == "succeeded" and self.stripe.left_of(i) > 0]

    def _captured(self) -> list[Payment]:
        return list(Payment.objects.filter(booking__in=self.bookings, status__in=CAPTURED).order_by("pk"))

    def _intents_of(self, booking: Booking) -> list[Intent]:
        own = {str(pk) for pk in booking.payments.values_list("pk", flat=True)}
        return [i for i in self.stripe.intents.values() if i.metadata["payment_id"] in own]

    def _succeed(self, intent_id: str) -> None:
        intent = self.stripe.pay(intent_id)
        self.stripe.tell_of("payment_intent.succeeded", intent)

    def _wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.traveller.move_to(self.now, tick=False)

    def _receive(self, told: dict[str, Any]) -> None:
        ReceivedEvent.objects.get_or_create(
            event_id=told["id"],
            defaults={
                "type": told["type"],
                "object_id": told["object"]["id"],
                "livemode": False,
                "created_at": told["created"].replace(microsecond=0),
                "payload": {"data": {"object": told["object"]}},
            },
        )


@pytest.mark.timeout(0)  # the nightly examples take hours
@pytest.mark.django_db
def test_whatever_happens_the_ledger_ends_as_stripe_and_the_oracle_say(settings: Settings) -> None:
    settings.BOOKING_MAX_OPEN_HOLDS = 9
    run_state_machine_as_test(Money, settings=_profile())


def _profile() -> "settings":
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(
        max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, suppress_health_check=quiet, database=None
    )
