"""Nothing is sent back twice, and every refund and dispute is in the ledger as it is at Stripe."""

from collections import Counter
from typing import Final

from ops.chaos.evidence import Evidence, Row, refunds_of
from ops.chaos.oracle.base import Found

ON_ITS_WAY: Final = ("succeeded", "pending", "requires_action")
STATUS: Final = {
    "pending": "pending", "requires_action": "pending", "succeeded": "succeeded", "failed": "failed",
    "canceled": "cancelled",
}  # fmt: skip


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
