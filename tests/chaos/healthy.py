"""Evidence in which nothing is wrong: two bookings, one paid and partly refunded, one cancelled and paid back."""

from typing import Any

from ops.chaos.evidence import Evidence

Row = dict[str, Any]


def intent(number: int, **changes: Any) -> Row:
    """Of payment and booking `number`, paid."""
    metadata = {"payment_id": str(number), "booking_reference": f"REF-{number}"}
    paid = {"status": "succeeded", "amount": 1000, "amount_received": 1000, "currency": "gbp", "metadata": metadata}
    return {"id": f"pi_{number}", **paid, **changes}


def stripe_refund(number: int, of: int, amount: int, **changes: Any) -> Row:
    """Refund row `number` of ours, of intent `of`."""
    ours = {"metadata": {"refund_id": str(number)}, "status": "succeeded"}
    return {"id": f"re_{number}", "payment_intent": f"pi_{of}", "amount": amount, **ours, **changes}


def payment(number: int, refunded: int, status: str, **changes: Any) -> Row:
    """The ledger's row for `intent(number)`."""
    money = {"amount": 1000, "captured_amount": 1000, "refunded_amount": refunded, "pending_refund_amount": 0}
    what = {"id": number, "booking_id": number, "reference": f"REF-{number}", "purpose": "deposit", "currency": "GBP"}
    return {**what, **money, "status": status, "intent_id": f"pi_{number}", **changes}


def refund(number: int, of: int, amount: int, **changes: Any) -> Row:
    """The ledger's row for `stripe_refund(number, of, amount)`."""
    sent = {"status": "succeeded", "stripe_refund_id": f"re_{number}"}
    return {"id": number, "payment_id": of, "amount": amount, **sent, **changes}


def event(number: int, **changes: Any) -> Row:
    """An applied row of the inbox."""
    return {
        "event_id": f"evt_{number}",
        "type": "charge.updated",
        "ledger_state": "applied",
        "last_error": "",
        **changes,
    }


def healthy(**changes: Any) -> Evidence:
    """The evidence, with some of its parts replaced."""
    parts: dict[str, Any] = {
        "acknowledged": {"evt_1": "charge.updated"},
        "stored": frozenset({"evt_1", "evt_2"}),
        "inbox": (event(1), event(2)),
        "intents": (intent(1), intent(2)),
        "stripe_refunds": (stripe_refund(1, 1, 400), stripe_refund(2, 2, 1000)),
        "stripe_disputes": (
            {"id": "dp_1", "amount": 600, "status": "lost", "balance_transactions": [{"amount": -600}]},
        ),
        "bookings": (
            {"id": 1, "reference": "REF-1", "status": "confirmed", "session_id": 7, "care_recipient_id": 4},
            {"id": 2, "reference": "REF-2", "status": "cancelled", "session_id": 7, "care_recipient_id": 4},
        ),
        "sessions": ({"id": 7, "capacity": 1, "held": 1},),
        "payments": (payment(1, 400, "partially_refunded"), payment(2, 1000, "refunded")),
        "refunds": (refund(1, 1, 400), refund(2, 2, 1000)),
        "disputes": (
            {"stripe_dispute_id": "dp_1", "payment_id": 1, "amount": 600, "status": "lost", "withdrawn_amount": 600},
        ),
        "discrepancies": ({"kind": "refund_blocked", "stripe_object_id": "refund-9", "payment_id": 1, "details": {}},),
        "shown": frozenset({"REF-1", "REF-2"}),
        "cancelled": frozenset({"REF-2"}),
    }
    return Evidence(**parts | changes)
