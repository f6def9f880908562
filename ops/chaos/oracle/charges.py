"""Nobody is charged twice, and every charge is in the ledger as it is at Stripe."""

from collections import Counter
from typing import Final

from ops.chaos.evidence import Evidence, Row
from ops.chaos.oracle.base import Found

RETURNED: Final = ("succeeded", "pending")
UNPAID: Final = ("pending", "requires_action", "processing")
CAPTURED: Final = ("succeeded", "partially_refunded", "refunded")
STANDS: Final = {"succeeded": CAPTURED, "canceled": ("cancelled",)}  # any other status of Stripe's: UNPAID


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
