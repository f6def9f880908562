"""The verdict can fail: each check finds what it is there for, and says nothing of what is right."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ops.chaos.evidence import Evidence
from ops.chaos.oracle import CHECKS, judge
from tests.chaos.healthy import event, healthy, intent, payment, refund, stripe_refund

Case = tuple[str, Evidence, list[str]]  # the check, what is wrong, and what it says


def failed_checks(seen: Evidence) -> set[str]:
    return {divergence.check for divergence in judge(seen)}


def events() -> Iterator[Case]:
    yield (
        "acknowledged_events_are_kept", healthy(stored=frozenset({"evt_2"})),
        ["evt_1: charge.updated was acknowledged and is not in the inbox"],
    )  # fmt: skip
    yield (
        "every_event_is_applied", healthy(inbox=(event(2),)),
        ["evt_1: charge.updated was acknowledged and is gone"],
    )  # fmt: skip
    failed = event(2, ledger_state="failed", last_error="KeyError: 'id'")
    yield (
        "every_event_is_applied", healthy(inbox=(event(1), failed)),
        ["evt_2: charge.updated is failed KeyError: 'id'"],
    )  # fmt: skip
    unmatched = event(2, ledger_state="unmatched")
    yield (
        "every_event_is_applied", healthy(inbox=(event(1), unmatched)),
        ["evt_2: charge.updated is unmatched"],
    )  # fmt: skip


def charges() -> Iterator[Case]:
    second = intent(3, metadata=intent(1)["metadata"])
    yield (
        "nobody_is_charged_twice", healthy(intents=(intent(1), intent(2), second)),
        ["booking REF-1: 2 charges of its deposit stand at Stripe"],
    )  # fmt: skip
    yield (
        "every_intent_is_in_the_ledger", healthy(intents=(intent(1), intent(2), intent(3, status="canceled"))),
        ["pi_3: canceled at Stripe, and no payment knows it"],
    )  # fmt: skip
    less = payment(1, 400, "partially_refunded", captured_amount=900)
    yield (
        "every_intent_is_in_the_ledger", healthy(payments=(less, payment(2, 1000, "refunded"))),
        ["pi_1: Stripe says (1000, 1000, 'GBP'), payment 1 says (1000, 900, 'GBP')"],
    )  # fmt: skip
    open_one = payment(1, 400, "pending")
    yield (
        "every_intent_is_in_the_ledger", healthy(payments=(open_one, payment(2, 1000, "refunded"))),
        ["pi_1: succeeded at Stripe, payment 1 is pending"],
    )  # fmt: skip
    unpaid = intent(1, status="requires_payment_method", amount_received=0)
    yield (
        "every_intent_is_in_the_ledger", healthy(intents=(unpaid, intent(2))),
        [
            "pi_1: Stripe says (1000, 0, 'GBP'), payment 1 says (1000, 1000, 'GBP')",
            "pi_1: requires_payment_method at Stripe, payment 1 is partially_refunded",
        ],
    )  # fmt: skip
    yield (
        "every_payment_is_at_stripe", healthy(intents=(intent(2),)),
        ["payment 1: partially_refunded, and Stripe has no intent pi_1"],
    )  # fmt: skip
    without = payment(1, 400, "succeeded", intent_id=None)
    yield (
        "every_payment_is_at_stripe", healthy(payments=(without, payment(2, 1000, "refunded"))),
        ["payment 1: succeeded, and Stripe has no intent None"],
    )  # fmt: skip


def refunds() -> Iterator[Case]:
    both = (stripe_refund(1, 1, 400), stripe_refund(2, 2, 1000))
    yield (
        "nothing_is_refunded_twice", healthy(stripe_refunds=(*both, stripe_refund(3, 1, 700))),
        ["pi_1: 1100 sent back of 1000"],
    )  # fmt: skip
    again = stripe_refund(1, 1, 400, id="re_3")
    yield (
        "nothing_is_refunded_twice", healthy(stripe_refunds=(*both, again)),
        ["refund 1: sent back 2 times at Stripe"],
    )  # fmt: skip
    yield (
        "every_refund_is_in_the_ledger", healthy(refunds=(refund(1, 1, 400),)),
        ["re_2: succeeded at Stripe, and not in the ledger"],
    )  # fmt: skip
    yield (
        "every_refund_is_in_the_ledger", healthy(refunds=(refund(1, 1, 400), refund(2, 2, 1000, status="pending"))),
        ["re_2: 1000 succeeded at Stripe, 1000 pending here"],
    )  # fmt: skip
    yield (
        "every_row_is_at_stripe", healthy(stripe_refunds=both[:1]),
        ["refund 2: Stripe has no re_2"],
    )  # fmt: skip
    unsent = refund(3, 1, 100, status="unknown", stripe_refund_id=None)
    yield (
        "every_row_is_at_stripe", healthy(refunds=(refund(1, 1, 400), refund(2, 2, 1000), unsent)),
        ["refund 3: is still unknown"],
    )  # fmt: skip
    invented = refund(3, 1, 100, stripe_refund_id=None)
    yield (
        "every_row_is_at_stripe", healthy(refunds=(refund(1, 1, 400), refund(2, 2, 1000), invented)),
        ["refund 3: is succeeded without a refund at Stripe"],
    )  # fmt: skip
    wrong = payment(1, 500, "partially_refunded")
    yield (
        "refunded_amounts_are_stripes", healthy(payments=(wrong, payment(2, 1000, "refunded"))),
        ["payment 1: refunded and pending are (400, 0) at Stripe, (500, 0) here"],
    )  # fmt: skip
    yield (
        "every_dispute_is_in_the_ledger", healthy(disputes=()),
        ["dp_1: (600, 'lost', 600) at Stripe, None here"],
    )  # fmt: skip
    returned = {
        "id": "dp_1",
        "amount": 600,
        "status": "lost",
        "balance_transactions": [{"amount": -600}, {"amount": 200}],
    }
    yield (
        "every_dispute_is_in_the_ledger", healthy(stripe_disputes=(returned,)),
        ["dp_1: (600, 'lost', 400) at Stripe, (600, 'lost', 600) here"],
    )  # fmt: skip


def bookings() -> Iterator[Case]:
    seen = healthy()
    third = {"id": 3, "reference": "REF-3", "status": "completed", "session_id": 7, "care_recipient_id": 5}
    again = {**third, "care_recipient_id": 4}
    yield (
        "nobody_has_two_places_in_a_session", replace(seen, bookings=(*seen.bookings, again)),
        ["session 7: 2 places for person 4"],
    )  # fmt: skip
    yield (
        "no_place_is_sold_twice", replace(seen, bookings=(*seen.bookings, third)),
        ["session 7: 2 bookings for 1 places", "session 7: counts 1, 2 bookings hold a place"],
    )  # fmt: skip
    yield (
        "no_place_is_sold_twice", healthy(sessions=({"id": 7, "capacity": 1, "held": 0},)),
        ["session 7: counts 0, 1 bookings hold a place"],
    )  # fmt: skip
    yield (
        "what_people_saw_is_there", healthy(shown=frozenset({"REF-9"})),
        ["booking REF-9: was shown to its caregiver and is gone"],
    )  # fmt: skip
    yield (
        "what_people_saw_is_there", healthy(cancelled=frozenset({"REF-1"})),
        ["booking REF-1: was said to be cancelled and is confirmed"],
    )  # fmt: skip
    waiting = {"id": 1, "reference": "REF-1", "status": "awaiting_deposit", "session_id": 7, "care_recipient_id": 4}
    yield (
        "no_place_is_kept_without_money", replace(seen, bookings=(waiting,)),
        ["booking REF-1: keeps its place, though its time to pay is over"],
    )  # fmt: skip
    left = {"kind": "status_differs", "stripe_object_id": "pi_1", "payment_id": 1, "details": {}}
    yield (
        "nothing_is_left_to_finance", healthy(discrepancies=(left,)),
        ["pi_1: status_differs is open after reconciliation: {}"],
    )  # fmt: skip
    yield "invariants_hold", healthy(violations=("capacity_kept: session 7",)), ["the ledger: capacity_kept: session 7"]
    yield "audit_trail_verifies", healthy(audit_findings=("row 3 was altered",)), ["the audit trail: row 3 was altered"]


CASES = [*events(), *charges(), *refunds(), *bookings()]


def test_nothing_is_said_of_what_is_right() -> None:
    assert judge(healthy()) == []


@pytest.mark.parametrize(("check", "seen", "says"), CASES)
def test_a_check_finds_what_it_is_there_for(check: str, seen: Evidence, says: list[str]) -> None:
    assert [f"{subject}: {sentence}" for subject, sentence in CHECKS[check](seen)] == says
    assert check in failed_checks(seen)


def test_every_check_can_fail() -> None:
    assert {check for check, _, _ in CASES} == CHECKS.keys()


@pytest.mark.parametrize(
    "changes",
    [
        {"intents": (intent(1), intent(2), intent(3, metadata=intent(2)["metadata"]))},  # booking 2 was paid back
        {"stripe_refunds": (stripe_refund(1, 1, 400), stripe_refund(1, 1, 400, id="re_0", status="failed"))},
    ],
)
def test_money_that_came_back_is_no_second_charge_or_refund(changes: dict[str, Any]) -> None:
    found = failed_checks(healthy(**changes))
    assert found.isdisjoint({"nobody_is_charged_twice", "nothing_is_refunded_twice"})
