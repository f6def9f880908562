"""What the verdict stands on: Stripe's objects from Stripe's API, ours by plain SQL. No code of the ledger is asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ops.chaos.event_log import EventLog
from ops.chaos.world import World

Row = Mapping[str, Any]

INBOX: Final = "SELECT event_id, type, ledger_state, last_error FROM payments_receivedevent"
OURS: Final = {
    "bookings": "SELECT id, reference, status, session_id, care_recipient_id FROM bookings_booking",
    "sessions": "SELECT id, capacity, held FROM bookings_session",
    "payments": """
        SELECT payment.id, booking_id, reference, purpose, payment.status, amount, payment.currency, intent_id,
               captured_amount, refunded_amount, pending_refund_amount
        FROM payments_payment payment JOIN bookings_booking booking ON booking.id = booking_id
        WHERE method = 'stripe'""",
    "refunds": "SELECT id, payment_id, amount, status, stripe_refund_id FROM payments_refund",
    "disputes": "SELECT stripe_dispute_id, payment_id, status, amount, withdrawn_amount FROM payments_dispute",
    "inbox": INBOX,
    "discrepancies": """
        SELECT kind, stripe_object_id, payment_id, details FROM payments_discrepancy WHERE status = 'open'""",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Rows as they were read at the end, except `acknowledged` (event id to type) and `stored` (ids in the inbox):
    those were read after the recovery and before reconciliation, which would fetch what was lost.
    """

    acknowledged: Mapping[str, str] = field(default_factory=dict)
    stored: frozenset[str] = frozenset()
    intents: tuple[Row, ...] = ()
    stripe_refunds: tuple[Row, ...] = ()
    stripe_disputes: tuple[Row, ...] = ()
    bookings: tuple[Row, ...] = ()
    sessions: tuple[Row, ...] = ()
    payments: tuple[Row, ...] = ()
    refunds: tuple[Row, ...] = ()
    disputes: tuple[Row, ...] = ()
    inbox: tuple[Row, ...] = ()
    discrepancies: tuple[Row, ...] = ()
    shown: frozenset[str] = frozenset()
    cancelled: frozenset[str] = frozenset()
    violations: tuple[str, ...] = ()
    audit_findings: tuple[str, ...] = ()

    def payment_of(self, intent: Row) -> Row | None:
        """The ledger's payment with the intent's id."""
        return next((payment for payment in self.payments if payment["intent_id"] == intent["id"]), None)

    def returned_by_stripe(self, intent: Row, *statuses: str) -> int:
        """What Stripe sent back of an intent in refunds of these statuses, in minor units."""
        return sum(r["amount"] for r in refunds_of(intent, self.stripe_refunds) if r["status"] in statuses)


def refunds_of(intent: Row, refunds: Iterable[Row]) -> list[Row]:
    """Stripe's refunds of an intent."""
    return [refund for refund in refunds if refund["payment_intent"] == intent["id"]]


def acknowledged(world: World) -> Evidence:
    """Which events the sandbox saw answered with 2xx, and which of all the inbox has.

    First what was acknowledged, then what is stored: so nothing counts as lost that is just being stored.
    """
    report = world.stack.sandbox.asked("deliveries", outcome="delivered")
    events = {one["event"]: one["type"] for one in report["deliveries"]}
    return Evidence(events, frozenset(row["event_id"] for row in world.rows(INBOX)))


def collect(
    world: World, before: Evidence, log: EventLog, violations: Iterable[str], audit_findings: Iterable[str]
) -> Evidence:
    """Everything, with the portal at rest."""
    sandbox = world.stack.sandbox
    return Evidence(
        acknowledged=before.acknowledged,
        stored=before.stored,
        intents=tuple(sandbox.every("payment_intents")),
        stripe_refunds=tuple(sandbox.every("refunds")),
        stripe_disputes=tuple(sandbox.every("disputes")),
        **{name: tuple(world.rows(query)) for name, query in OURS.items()},
        shown=frozenset(log.shown),
        cancelled=frozenset(log.cancelled),
        violations=tuple(violations),
        audit_findings=tuple(audit_findings),
    )
