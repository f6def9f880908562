"""Every check, and the verdict."""

from typing import Final

from ops.chaos.evidence import Evidence
from ops.chaos.oracle import bookings, charges, events, refunds
from ops.chaos.oracle.base import Check, Divergence

_IN_ORDER: Final[tuple[Check, ...]] = (
    events.acknowledged_events_are_kept,
    events.every_event_is_applied,
    charges.nobody_is_charged_twice,
    charges.every_intent_is_in_the_ledger,
    charges.every_payment_is_at_stripe,
    refunds.nothing_is_refunded_twice,
    refunds.every_refund_is_in_the_ledger,
    refunds.every_row_is_at_stripe,
    refunds.refunded_amounts_are_stripes,
    refunds.every_dispute_is_in_the_ledger,
    bookings.no_place_is_sold_twice,
    bookings.nobody_has_two_places_in_a_session,
    bookings.what_people_saw_is_there,
    bookings.no_place_is_kept_without_money,
    bookings.nothing_is_left_to_finance,
    bookings.invariants_hold,
    bookings.audit_trail_verifies,
)
CHECKS: Final[dict[str, Check]] = {check.__name__: check for check in _IN_ORDER}


def judge(seen: Evidence) -> list[Divergence]:
    """Everything that diverges; empty is what must be."""
    return [Divergence(name, subject, sentence) for name, check in CHECKS.items() for subject, sentence in check(seen)]
