"""Which of Stripe's events the portal asks for: the webhook endpoint and the handlers take their lists from here."""

from typing import Final

INTENT: Final = frozenset(
    {
        "payment_intent.created",
        "payment_intent.succeeded",
        "payment_intent.payment_failed",
        "payment_intent.processing",
        "payment_intent.requires_action",
        "payment_intent.canceled",
    }
)
CHARGE: Final = frozenset({"charge.succeeded", "charge.failed", "charge.updated", "charge.refunded"})
REFUND: Final = frozenset({"charge.refund.updated", "refund.created", "refund.updated", "refund.failed"})
DISPUTE: Final = frozenset(
    {
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
    }
)
WARNING: Final = frozenset({"radar.early_fraud_warning.created", "radar.early_fraud_warning.updated"})
REVIEW: Final = frozenset({"review.opened", "review.closed"})
PAYOUT: Final = frozenset({"payout.created", "payout.paid", "payout.failed"})
ACCOUNT: Final = frozenset({"account.updated"})

KNOWN_TYPES: Final = INTENT | CHARGE | REFUND | DISPUTE | WARNING | REVIEW | PAYOUT | ACCOUNT
