"""Reconciliation finds every planted difference, none that is not there, and heals what is only a missed event."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from payments.domain.checkout import open_checkout
from payments.domain.discrepancies import close
from payments.domain.events import process_inbox
from payments.domain.news import News
from payments.domain.reconciliation import AlreadyRunning, reconcile
from payments.domain.reconciliation.load import room_to_join
from payments.domain.reconciliation.run import LeaseLost
from payments.domain.refunds import apply_refund
from payments.domain.settlement import apply_intent
from payments.enums import DiscrepancyStatus, PaymentStatus, RunKind, RunState
from payments.gateway.base import Charge, DisputeResult, GatewayUnreachable, Intent, RefundResult
from payments.models import Discrepancy, Dispute, Payment, ReceivedEvent, ReconciliationRun, Refund, StagedIntent
from portal.audit.actor import Actor, Source, SystemActor
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from portal.common import clock
from tests.factories import BookingFactory
from tests.fakes import FakeGateway

pytestmark = pytest.mark.django_db
BY = Actor.system(SystemActor.SETTLEMENT)
Plant = Callable[[FakeGateway], None]


def opened() -> Payment:
    return open_checkout(BookingFactory()).payment


def paid(stripe: FakeGateway) -> Payment:
    """A deposit that both sides agree on, fee included."""
    payment = opened()
    apply_intent(stripe.pay(str(payment.intent_id)), News(BY, Source.WEBHOOK, clock.now()))
    Payment.objects.filter(pk=payment.pk).update(fee_amount=37, balance_transaction_id="txn_1")
    payment.refresh_from_db()
    return payment


def run(stripe: FakeGateway, *, heal: bool = True) -> ReconciliationRun:
    """Everything up to now, an hour after it happened."""
    with time_machine.travel(clock.now() + timedelta(hours=3)):
        now = clock.now()
        return reconcile(RunKind.FULL, now - timedelta(days=1), now, heal_missed=heal)


def open_kinds() -> Counter[str]:
    return Counter(Discrepancy.objects.filter(status=DiscrepancyStatus.OPEN).values_list("kind", flat=True))


# What can be planted; each says whether it heals.


def succeeded_unheard(stripe: FakeGateway) -> None:
    payment = opened()
    stripe.pay(str(payment.intent_id))
    _charge(stripe, payment)


def cancelled_unheard(stripe: FakeGateway) -> None:
    stripe.set(str(opened().intent_id), status="canceled", cancellation_reason="abandoned")


def reply_lost(stripe: FakeGateway) -> None:
    payment = opened()
    stripe.pay(str(payment.intent_id))
    _charge(stripe, payment)
    Payment.objects.filter(pk=payment.pk).update(intent_id=None)


def paid_here_only(stripe: FakeGateway) -> None:
    stripe.set(str(paid(stripe).intent_id), status="requires_payment_method", amount_received=0)


def gone_at_stripe(stripe: FakeGateway) -> None:
    del stripe.intents[str(paid(stripe).intent_id)]


def other_amount(stripe: FakeGateway) -> None:
    stripe.set(str(paid(stripe).intent_id), amount=999, amount_received=999)


def other_currency(stripe: FakeGateway) -> None:
    stripe.set(str(paid(stripe).intent_id), currency="USD")


def stranger(stripe: FakeGateway) -> None:
    stripe.intents["pi_stranger"] = _intent("pi_stranger", {})


def claims_a_payment_that_is_not(stripe: FakeGateway) -> None:
    stripe.intents["pi_ghost"] = _intent("pi_ghost", {"payment_id": "999999"})


def charged_twice(stripe: FakeGateway) -> None:
    """A second intent for a payment that is paid."""
    payment = paid(stripe)
    stripe.intents["pi_second"] = _intent("pi_second", _naming(payment))


def of_a_booking_lost_in_a_restore(stripe: FakeGateway) -> None:
    """The number was given again, to a payment that waits."""
    Payment.objects.filter(pk=(payment := opened()).pk).update(intent_id=None)
    stripe.intents.pop(str(payment.intent_id))
    lost = _intent("pi_before", _naming(payment) | {"booking_reference": "7K3M-9QX2-W4TD"})
    stripe.intents[lost.id] = replace(lost, amount=payment.amount, amount_received=payment.amount)


def of_a_booking_lost_whose_number_was_paid_since(stripe: FakeGateway) -> None:
    claimed = _naming(paid(stripe)) | {"booking_reference": "7K3M-9QX2-W4TD"}
    stripe.intents["pi_since"] = _intent("pi_since", claimed)


def refund_gone_at_stripe(stripe: FakeGateway) -> None:
    payment = paid(stripe)
    _refund(stripe, payment, "re_gone")
    apply_refund(stripe.refunds["re_gone"], News(BY, Source.WEBHOOK, clock.now()))
    del stripe.refunds["re_gone"]


def refund_unheard(stripe: FakeGateway) -> None:
    _refund(stripe, paid(stripe), "re_unheard")


def refund_of_no_money(stripe: FakeGateway) -> None:
    _refund(stripe, opened(), "re_unfounded")


def dispute_unheard(stripe: FakeGateway) -> None:
    payment = paid(stripe)
    stripe.disputes["dp_1"] = DisputeResult(
        id="dp_1", intent_id=str(payment.intent_id), charge_id=payment.charge_id, status="needs_response",
        reason="fraudulent", amount=1125, currency="GBP", created_at=clock.now(), is_charge_refundable=False,
        withdrawn_amount=1125, evidence_due_at=clock.now() + timedelta(days=7),
    )  # fmt: skip


def fee_unheard(stripe: FakeGateway) -> None:
    payment = paid(stripe)
    Payment.objects.filter(pk=payment.pk).update(fee_amount=None, balance_transaction_id="")
    _charge(stripe, payment)


def fee_unknown_at_stripe(stripe: FakeGateway) -> None:
    fee_unheard(stripe)
    charge_id, charge = stripe.charges.popitem()
    stripe.charges[charge_id] = replace(charge, balance_transaction_id="", fee_amount=None)


def _naming(payment: Payment) -> dict[str, str]:
    return {"payment_id": str(payment.pk), "booking_reference": payment.booking.reference}


def _intent(intent_id: str, metadata: dict[str, str]) -> Intent:
    return Intent(
        id=intent_id, status="succeeded", amount=700, amount_received=700, currency="GBP", livemode=False,
        created_at=clock.now(), metadata=metadata, latest_charge_id="ch_" + intent_id,
    )  # fmt: skip


def _charge(stripe: FakeGateway, payment: Payment) -> None:
    charge_id = f"ch_{payment.intent_id}"
    stripe.charges[charge_id] = Charge(
        id=charge_id, intent_id=str(payment.intent_id), status="succeeded", amount=payment.amount, amount_refunded=0,
        currency="GBP", livemode=False, disputed=False, balance_transaction_id="txn_9", fee_amount=37,
    )  # fmt: skip


def _refund(stripe: FakeGateway, payment: Payment, refund_id: str) -> None:
    stripe.refunds[refund_id] = RefundResult(
        id=refund_id, intent_id=str(payment.intent_id), charge_id=payment.charge_id, status="succeeded", amount=125,
        currency="GBP", created_at=clock.now(), metadata={},
    )  # fmt: skip


HEALABLE: list[tuple[Plant, str]] = [
    (succeeded_unheard, "status_differs"),
    (cancelled_unheard, "status_differs"),
    (reply_lost, "missing_locally"),
    (refund_unheard, "refund_differs"),
    (dispute_unheard, "dispute_missing"),
    (fee_unheard, "fee_missing"),
]
FOR_FINANCE: list[tuple[Plant, str]] = [
    (paid_here_only, "status_differs"),
    (gone_at_stripe, "missing_at_stripe"),
    (other_amount, "amount_differs"),
    (other_currency, "amount_differs"),
    (stranger, "unknown_charge"),
    (claims_a_payment_that_is_not, "missing_locally"),
    (of_a_booking_lost_in_a_restore, "missing_locally"),
    (of_a_booking_lost_whose_number_was_paid_since, "missing_locally"),
    (refund_of_no_money, "refund_differs"),
    (refund_gone_at_stripe, "refund_differs"),
    (charged_twice, "duplicate_charge"),
    (fee_unknown_at_stripe, "fee_missing"),
]


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


def test_money_that_was_unheard_of_confirms_its_booking(stripe: FakeGateway) -> None:
    succeeded_unheard(stripe)
    run(stripe)
    assert Booking.objects.get().status == BookingStatus.CONFIRMED


def test_without_heal_the_ledger_stays_as_it_is(stripe: FakeGateway) -> None:
    succeeded_unheard(stripe)
    done = run(stripe, heal=False)
    assert (done.found, done.healed) == ({"status_differs": 1}, {})
    assert Payment.objects.get().status == PaymentStatus.PENDING


def test_a_repaired_cause_closes_its_discrepancy(stripe: FakeGateway) -> None:
    other_amount(stripe)
    run(stripe)
    assert open_kinds() == {"amount_differs": 1}
    stripe.set(str(Payment.objects.get().intent_id), amount=1125, amount_received=1125)
    run(stripe)
    assert Discrepancy.objects.get().status == DiscrepancyStatus.HEALED


def give_back(stripe: FakeGateway, intent_id: str) -> None:
    stripe.refunds[f"re_{intent_id}"] = RefundResult(
        id=f"re_{intent_id}", intent_id=intent_id, charge_id="ch_1", status="succeeded", amount=700, currency="GBP",
        created_at=clock.now(), metadata={},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("plant", "intent_id", "kind"),
    [(stranger, "pi_stranger", "unknown_charge"), (charged_twice, "pi_second", "duplicate_charge")],
)
def test_money_that_is_nobodys_stays_open_until_stripe_has_given_it_back(
    stripe: FakeGateway, plant: Plant, intent_id: str, kind: str
) -> None:
    plant(stripe)
    run(stripe)
    with time_machine.travel(clock.now() + timedelta(days=60)):  # long outside every window
        run(stripe)
        assert open_kinds() == {kind: 1}
        give_back(stripe, intent_id)
        run(stripe)
    assert open_kinds() == {}
    assert Discrepancy.objects.get().status == DiscrepancyStatus.HEALED


def test_what_finance_ignored_stays_ignored_until_the_amount_is_another(stripe: FakeGateway) -> None:
    stranger(stripe)
    run(stripe)
    close(Discrepancy.objects.get(), DiscrepancyStatus.IGNORED, "A test card.", by=BY, source=Source.STAFF)
    assert (run(stripe).found, open_kinds()) == ({}, {})
    stripe.set("pi_stranger", amount=900, amount_received=900)
    assert (run(stripe).found, open_kinds()) == ({"unknown_charge": 1}, {"unknown_charge": 1})


def test_a_payment_and_its_refund_that_were_unheard_of_are_healed_in_one_run(stripe: FakeGateway) -> None:
    payment = opened()
    stripe.pay(str(payment.intent_id))
    _charge(stripe, payment)
    _refund(stripe, payment, "re_1")
    assert run(stripe).healed == {"status_differs": 1, "refund_differs": 1}
    payment.refresh_from_db()
    assert (payment.status, payment.refunded_amount, open_kinds()) == (PaymentStatus.PARTIALLY_REFUNDED, 125, {})


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
    monkeypatch.setattr("payments.gateway.patience.FIRST_WAIT", 0.001)
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
        apply_intent(stripe.pay(intent_id), News(BY, Source.WEBHOOK, clock.now()))
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


def test_an_event_that_never_arrived_is_fetched_and_applied(stripe: FakeGateway) -> None:
    payment = opened()
    intent = stripe.pay(str(payment.intent_id))
    told = {
        "id": intent.id, "object": "payment_intent", "status": "succeeded", "amount": intent.amount,
        "amount_received": intent.amount, "currency": "gbp", "livemode": False, "created": 1_790_000_000,
        "metadata": _naming(payment), "latest_charge": "ch_1",
    }  # fmt: skip
    stripe.events = [
        {
            "id": "evt_missed", "type": "payment_intent.succeeded", "livemode": False,
            "created": int((clock.now() - timedelta(minutes=6)).timestamp()), "data": {"object": told},
        }
    ]  # fmt: skip
    now = clock.now()
    for expected in ({"event_missed": 1}, {}):
        assert reconcile(RunKind.EVENTS, now - timedelta(hours=1), now, heal_missed=True).found == expected
    process_inbox()
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.SUCCEEDED
    assert ReceivedEvent.objects.count() == 1


@pytest.mark.parametrize(("kind", "seconds"), [("payment_intent.succeeded", 10), ("payment_method.attached", 900)])
def test_an_event_on_its_way_or_of_no_use_is_not_called_missed(stripe: FakeGateway, kind: str, seconds: int) -> None:
    made = int(clock.now().timestamp()) - seconds
    stripe.events = [
        {"id": "evt_1", "type": kind, "livemode": False, "created": made, "data": {"object": {"id": "pi_1"}}}
    ]
    now = clock.now()
    assert reconcile(RunKind.EVENTS, now - timedelta(hours=1), now, heal_missed=True).found == {}


def test_the_command_says_what_it_found(stripe: FakeGateway) -> None:
    stranger(stripe)
    out = StringIO()
    with pytest.raises(CommandError, match="1 discrepancies are open"):
        call_command("reconcile", "--heal", "--json", stdout=out)
    report = json.loads(out.getvalue())
    assert (report["found"], report["healed"], report["open"]) == ({"unknown_charge": 1}, {}, 1)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--since", "yesterday"], "--since must be a day or a moment"),
        (["--until", "2026-13-01"], "--until must be a day or a moment"),
        (["--since", "2026-11-02", "--until", "2026-11-01"], "must be before"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(stripe: FakeGateway, arguments: list[str], complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint):
        call_command("reconcile", *arguments)
    assert not ReconciliationRun.objects.exists()
    assert not Dispute.objects.exists()
    assert not Refund.objects.exists()


def _ignore_the_open_one() -> None:
    found = Discrepancy.objects.get(status=DiscrepancyStatus.OPEN)
    close(found, DiscrepancyStatus.IGNORED, "Agreed with the bank.", by=BY, source=Source.STAFF)


def test_what_finance_ignored_does_not_open_again(stripe: FakeGateway) -> None:
    paid_here_only(stripe)
    run(stripe)
    _ignore_the_open_one()
    assert run(stripe).found == {}
    assert open_kinds() == {}


def test_what_finance_ignored_opens_again_when_another_amount_is_at_stake(stripe: FakeGateway) -> None:
    paid_here_only(stripe)
    run(stripe)
    _ignore_the_open_one()
    Discrepancy.objects.update(amount=1)
    run(stripe)
    assert open_kinds() == {"status_differs": 1}


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
