"""Places are sold once, what people were told stays true, and nothing hangs."""

from collections import Counter
from typing import Final

from ops.chaos.evidence import Evidence
from ops.chaos.oracle.base import Found

HOLDS_PLACE: Final = ("awaiting_deposit", "confirmed", "completed", "no_show")
EXPECTED_TASKS: Final = (
    "refund_blocked",  # a bank sent money back, or a dispute stops a refund: finance decides
    "refund_by_hand",
    "money_went_back",  # somebody refunded a confirmed booking at Stripe
)


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
