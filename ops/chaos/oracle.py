"""The verdict: independent comparisons of what Stripe says with what the ledger says.

Each check yields subject and sentence of everything that diverges. Events that were acknowledged are kept and applied;
nobody is charged or refunded twice; every charge, refund and dispute is in the ledger as it is at Stripe; places are
sold once, what people were told stays true, and nothing hangs.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from ops.chaos.evidence import Evidence, Row, refunds_of

Found = Iterable[tuple[str, str]]
Check = Callable[[Evidence], Found]

RETURNED: Final = ("succeeded", "pending")
UNPAID: Final = ("pending", "requires_action", "processing")
CAPTURED: Final = ("succeeded", "partially_refunded", "refunded")
STANDS: Final = {"succeeded": CAPTURED, "canceled": ("cancelled",)}  # any other status of Stripe's: UNPAID
ON_ITS_WAY: Final = ("succeeded", "pending", "requires_action")
_SAME: Final = {status: status for status in ("pending", "succeeded", "failed")}
STATUS: Final = {**_SAME, "requires_action": "pending", "canceled": "cancelled"}
HOLDS_PLACE: Final = ("awaiting_deposit", "confirmed", "completed", "no_show")
EXPECTED_TASKS: Final = (
    "refund_blocked",  # a bank sent money back, or a dispute stops a refund: finance decides
    "refund_by_hand",
    "money_went_back",  # somebody refunded a confirmed booking at Stripe
)


def acknowledged_events_are_kept(seen: Evidence) -> Found:
    """A delivery that was answered with 2xx is in the inbox, before anything fetches it again."""
    for event, kind in seen.acknowledged.items():
        if event not in seen.stored:
            yield event, f"{kind} was acknowledged and is not in the inbox"


def every_event_is_applied(seen: Evidence) -> Found:
    """All events are about our payments, so each is applied."""
    states = {row["event_id"]: row for row in seen.inbox}
    for event, kind in seen.acknowledged.items():
        if event not in states:
            yield event, f"{kind} was acknowledged and is gone"
    for row in seen.inbox:
        if row["ledger_state"] != "applied":
            yield row["event_id"], f"{row['type']} is {row['ledger_state']} {row['last_error']}".rstrip()


def nobody_is_charged_twice(seen: Evidence) -> Found:
    """A booking and purpose has at most one intent whose money Stripe still has."""
    purposes = {str(payment["id"]): payment["purpose"] for payment in seen.payments}
    kept = Counter(
        (intent["metadata"].get("booking_reference", "?"), purposes.get(intent["metadata"].get("payment_id", ""), "?"))
        for intent in seen.intents
        if intent["amount_received"] > seen.returned_by_stripe(intent, *RETURNED)
    )
    for (reference, purpose), charges in kept.items():
        if charges > 1:
            yield f"booking {reference}", f"{charges} charges of its {purpose} stand at Stripe"


def every_intent_is_in_the_ledger(seen: Evidence) -> Found:
    """Amount, currency, what came and where it stands are the same."""
    for intent in seen.intents:
        payment = seen.payment_of(intent)
        if payment is None:
            yield intent["id"], f"{intent['status']} at Stripe, and no payment knows it"
        else:
            yield from _differences(intent, payment)


def _differences(intent: Row, payment: Row) -> Found:
    told = (intent["amount"], intent["amount_received"], intent["currency"].upper())
    ours = (payment["amount"], payment["captured_amount"], payment["currency"])
    if told != ours:
        yield intent["id"], f"Stripe says {told}, payment {payment['id']} says {ours}"
    if payment["status"] not in STANDS.get(intent["status"], UNPAID):
        yield intent["id"], f"{intent['status']} at Stripe, payment {payment['id']} is {payment['status']}"


def every_payment_is_at_stripe(seen: Evidence) -> Found:
    """What the ledger calls received has an intent that Stripe knows."""
    known = {intent["id"] for intent in seen.intents}
    for payment in seen.payments:
        missing = payment["intent_id"] not in known
        if missing and (payment["intent_id"] or payment["status"] in CAPTURED):
            yield f"payment {payment['id']}", f"{payment['status']}, and Stripe has no intent {payment['intent_id']}"


def nothing_is_refunded_twice(seen: Evidence) -> Found:
    """Never more than was captured, and each of our refunds is at most one that stands at Stripe."""
    for intent in seen.intents:
        returned = seen.returned_by_stripe(intent, *ON_ITS_WAY)
        if returned > intent["amount_received"]:
            yield intent["id"], f"{returned} sent back of {intent['amount_received']}"
    standing = [refund for refund in seen.stripe_refunds if refund["status"] in ON_ITS_WAY]
    sent = Counter(refund["metadata"].get("refund_id") for refund in standing)
    for ours, times in sent.items():
        if ours and times > 1:
            yield f"refund {ours}", f"sent back {times} times at Stripe"


def every_refund_is_in_the_ledger(seen: Evidence) -> Found:
    """Each refund at Stripe is one row with its amount and status."""
    rows = {row["stripe_refund_id"]: row for row in seen.refunds}
    for refund in seen.stripe_refunds:
        row = rows.get(refund["id"])
        if row is None:
            yield refund["id"], f"{refund['status']} at Stripe, and not in the ledger"
        elif (row["amount"], row["status"]) != (refund["amount"], STATUS[refund["status"]]):
            yield refund["id"], f"{refund['amount']} {refund['status']} at Stripe, {row['amount']} {row['status']} here"


def every_row_is_at_stripe(seen: Evidence) -> Found:
    """What the ledger calls sent, Stripe has; nothing is left unsent or unknown."""
    known = {refund["id"] for refund in seen.stripe_refunds}
    for row in seen.refunds:
        subject = f"refund {row['id']}"
        if row["stripe_refund_id"] and row["stripe_refund_id"] not in known:
            yield subject, f"Stripe has no {row['stripe_refund_id']}"
        elif row["status"] in ("requested", "unknown"):
            yield subject, f"is still {row['status']}"
        elif row["status"] in ("succeeded", "pending") and not row["stripe_refund_id"]:
            yield subject, f"is {row['status']} without a refund at Stripe"


def refunded_amounts_are_stripes(seen: Evidence) -> Found:
    """Each payment's refunded and reserved amounts are the sums of Stripe's refunds."""
    for intent in seen.intents:
        payment = seen.payment_of(intent)
        if payment is not None and (wrong := _sums(intent, payment, seen)):
            yield f"payment {payment['id']}", wrong


def _sums(intent: Row, payment: Row, seen: Evidence) -> str:
    of_it = refunds_of(intent, seen.stripe_refunds)
    told = (
        sum(r["amount"] for r in of_it if STATUS[r["status"]] == "succeeded"),
        sum(r["amount"] for r in of_it if STATUS[r["status"]] == "pending"),
    )
    ours = (payment["refunded_amount"], payment["pending_refund_amount"])
    return "" if told == ours else f"refunded and pending are {told} at Stripe, {ours} here"


def every_dispute_is_in_the_ledger(seen: Evidence) -> Found:
    """With its amount, its status, and what of it was withdrawn and not returned."""
    rows = {row["stripe_dispute_id"]: (row["amount"], row["status"], row["withdrawn_amount"]) for row in seen.disputes}
    for dispute in seen.stripe_disputes:
        withdrawn = -sum(moved["amount"] for moved in dispute["balance_transactions"])
        told, ours = (dispute["amount"], dispute["status"], withdrawn), rows.get(dispute["id"])
        if ours != told:
            yield dispute["id"], f"{told} at Stripe, {ours} here"


def no_place_is_sold_twice(seen: Evidence) -> Found:
    """No session has more bookings than places, and its own count is theirs."""
    held = Counter(booking["session_id"] for booking in seen.bookings if booking["status"] in HOLDS_PLACE)
    for session in seen.sessions:
        places = held[session["id"]]
        if places > session["capacity"]:
            yield f"session {session['id']}", f"{places} bookings for {session['capacity']} places"
        if places != session["held"]:
            yield f"session {session['id']}", f"counts {session['held']}, {places} bookings hold a place"


def what_people_saw_is_there(seen: Evidence) -> Found:
    """A booking that somebody was shown exists; one that was said to be cancelled is not kept."""
    statuses = {booking["reference"]: booking["status"] for booking in seen.bookings}
    for reference in sorted(seen.shown - statuses.keys()):
        yield f"booking {reference}", "was shown to its caregiver and is gone"
    for reference in sorted(seen.cancelled & statuses.keys()):
        if statuses[reference] != "cancelled":
            yield f"booking {reference}", f"was said to be cancelled and is {statuses[reference]}"


def nobody_has_two_places_in_a_session(seen: Evidence) -> Found:
    """However often the form was sent, and whichever payment came late."""
    held = Counter(
        (one["session_id"], one["care_recipient_id"]) for one in seen.bookings if one["status"] in HOLDS_PLACE
    )
    for (session, person), places in held.items():
        if places > 1:
            yield f"session {session}", f"{places} places for person {person}"


def no_place_is_kept_without_money(seen: Evidence) -> Found:
    """Once the time to pay is over, a booking is confirmed or its place is free again."""
    for booking in seen.bookings:
        if booking["status"] == "awaiting_deposit":
            yield f"booking {booking['reference']}", "keeps its place, though its time to pay is over"


def nothing_is_left_to_finance(seen: Evidence) -> Found:
    """The only open discrepancies are refunds that a bank or a dispute stopped."""
    for row in seen.discrepancies:
        if row["kind"] not in EXPECTED_TASKS:
            yield row["stripe_object_id"], f"{row['kind']} is open after reconciliation: {row['details']}"


def invariants_hold(seen: Evidence) -> Found:
    """`manage.py check_invariants`."""
    for sentence in seen.violations:
        yield "the ledger", sentence


def audit_trail_verifies(seen: Evidence) -> Found:
    """`manage.py audit_verify`."""
    for sentence in seen.audit_findings:
        yield "the audit trail", sentence


CHECKS: Final[dict[str, Check]] = {
    check.__name__: check
    for check in (
        acknowledged_events_are_kept,
        every_event_is_applied,
        nobody_is_charged_twice,
        every_intent_is_in_the_ledger,
        every_payment_is_at_stripe,
        nothing_is_refunded_twice,
        every_refund_is_in_the_ledger,
        every_row_is_at_stripe,
        refunded_amounts_are_stripes,
        every_dispute_is_in_the_ledger,
        no_place_is_sold_twice,
        nobody_has_two_places_in_a_session,
        what_people_saw_is_there,
        no_place_is_kept_without_money,
        nothing_is_left_to_finance,
        invariants_hold,
        audit_trail_verifies,
    )
}


@dataclass(frozen=True, slots=True)
class Divergence:
    """`check` failed for `subject`; `sentence` says how."""

    check: str
    subject: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.check}: {self.subject}: {self.sentence}"


def judge(seen: Evidence) -> list[Divergence]:
    """Everything that diverges; empty is what must be."""
    return [Divergence(name, subject, sentence) for name, check in CHECKS.items() for subject, sentence in check(seen)]
