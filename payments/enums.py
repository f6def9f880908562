"""States of payments, refunds, disputes and received events, and the sets that code names."""

from enum import Enum
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class PaymentStatus(models.TextChoices):
    """Where a payment stands. Refunded states are derived from the refund rows, both ways."""

    PENDING = "pending", _("Waiting for payment")
    REQUIRES_ACTION = "requires_action", _("Waiting for bank approval")
    PROCESSING = "processing", _("Processing")
    SUCCEEDED = "succeeded", _("Paid")
    PARTIALLY_REFUNDED = "partially_refunded", _("Partially refunded")
    REFUNDED = "refunded", _("Refunded")
    CANCELLED = "cancelled", _("Cancelled")


S = PaymentStatus
UNPAID: Final = frozenset({S.PENDING, S.REQUIRES_ACTION, S.PROCESSING})
CAPTURED: Final = frozenset({S.SUCCEEDED, S.PARTIALLY_REFUNDED, S.REFUNDED})
LIVE: Final = UNPAID | {S.SUCCEEDED, S.PARTIALLY_REFUNDED}

# Each edge with its event. A decline is an attempt, not a state: processing goes back to pending.
# Cancelled to succeeded: our cancelled row was never issued as far as we knew, and money came all the same.
ALLOWED: Final[dict[PaymentStatus, frozenset[PaymentStatus]]] = {
    S.PENDING: frozenset({S.REQUIRES_ACTION, S.PROCESSING, S.SUCCEEDED, S.CANCELLED}),
    S.REQUIRES_ACTION: frozenset({S.PENDING, S.PROCESSING, S.SUCCEEDED, S.CANCELLED}),
    S.PROCESSING: frozenset({S.PENDING, S.REQUIRES_ACTION, S.SUCCEEDED, S.CANCELLED}),
    S.SUCCEEDED: frozenset({S.PARTIALLY_REFUNDED, S.REFUNDED}),
    S.PARTIALLY_REFUNDED: frozenset({S.SUCCEEDED, S.REFUNDED}),
    S.REFUNDED: frozenset({S.SUCCEEDED, S.PARTIALLY_REFUNDED}),
    S.CANCELLED: frozenset({S.SUCCEEDED}),
}


class Purpose(models.TextChoices):
    """What a payment is for."""

    DEPOSIT = "deposit", _("Deposit")
    BALANCE = "balance", _("Balance")


class FunnelStage(models.TextChoices):
    """How far a booking got towards a paid deposit and attendance, each after the one before."""

    DEPOSIT_PAGE = "deposit_page", _("Deposit page opened")
    ATTEMPT = "attempt", _("Payment attempted")
    PAID = "paid", _("Deposit paid")
    ATTENDED = "attended", _("Attended")


class Method(models.TextChoices):
    """How money came."""

    STRIPE = "stripe", _("Card (Stripe)")
    OFFLINE = "offline", _("Outside the portal")


class OfflineKind(models.TextChoices):
    """How money came outside the portal."""

    CASH = "cash", _("Cash")
    TRANSFER = "transfer", _("Bank transfer")
    CARD_MACHINE = "card_machine", _("Card machine")
    VOUCHER = "voucher", _("Voucher or grant")
    OTHER = "other", _("Other")


class AttemptOutcome(models.TextChoices):
    """How an attempt to pay ended."""

    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")


class RefundStatus(models.TextChoices):
    """Where a refund stands. Unknown: sent, no answer yet; it is looked for before it is sent again."""

    REQUESTED = "requested", _("Requested")
    UNKNOWN = "unknown", _("Sent, waiting for a reply")
    PENDING = "pending", _("Pending at the bank")
    SUCCEEDED = "succeeded", _("Refunded")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


REFUND_RESERVED: Final = frozenset({RefundStatus.REQUESTED, RefundStatus.UNKNOWN, RefundStatus.PENDING})
REFUND_TO_SEND: Final = frozenset({RefundStatus.REQUESTED, RefundStatus.UNKNOWN})

INTENT_STATUS_AT_STRIPE: Final = {
    "requires_payment_method": PaymentStatus.PENDING,
    "requires_confirmation": PaymentStatus.PENDING,
    "requires_action": PaymentStatus.REQUIRES_ACTION,
    "processing": PaymentStatus.PROCESSING,
    "succeeded": PaymentStatus.SUCCEEDED,
    "canceled": PaymentStatus.CANCELLED,
}
REFUND_STATUS_AT_STRIPE: Final = {
    "pending": RefundStatus.PENDING,
    "requires_action": RefundStatus.PENDING,
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.CANCELLED,
}


# What follows what at Stripe; the bank can send back what had succeeded, and nothing goes the other way.
REFUND_ORDER: Final = {
    RefundStatus.REQUESTED: 0,
    RefundStatus.UNKNOWN: 0,
    RefundStatus.PENDING: 1,
    RefundStatus.SUCCEEDED: 2,
    RefundStatus.FAILED: 3,
    RefundStatus.CANCELLED: 3,
}


class RefundReason(models.TextChoices):
    """Why money goes back."""

    CANCELLATION = "cancellation", _("Cancelled by the caregiver")
    SESSION_CANCELLED = "session_cancelled", _("Session cancelled")
    LATE_MONEY = "late_money", _("Paid after the place was released")
    GOODWILL = "goodwill", _("Goodwill")
    MISTAKE = "mistake", _("Charged by mistake")
    NOT_DELIVERED = "not_delivered", _("Session not delivered as agreed")
    MADE_AT_STRIPE = "made_at_stripe", _("Made in Stripe")
    TAKEN_BACK = "taken_back", _("Recorded by mistake")


FINANCE_REASONS: Final = frozenset({RefundReason.GOODWILL, RefundReason.MISTAKE, RefundReason.NOT_DELIVERED})


class LedgerState(models.TextChoices):
    """What the ledger did with a received event."""

    RECEIVED = "received", _("Waiting")
    APPLIED = "applied", _("Applied")
    IGNORED = "ignored", _("Not relevant to the ledger")
    UNMATCHED = "unmatched", _("No matching payment")
    DISCREPANCY = "discrepancy", _("Raised a discrepancy")
    UNSUPPORTED = "unsupported", _("Not supported")
    FAILED = "failed", _("Failed")


class MirrorState(models.TextChoices):
    """What dj-stripe's tables know of a received event."""

    WAITING = "waiting", _("Waiting")
    MIRRORED = "mirrored", _("Copied")
    FAILED = "failed", _("Failed")
    SKIPPED = "skipped", _("Not copied")


class DisputeStatus(models.TextChoices):
    """Stripe's own states of a dispute; one that Stripe adds later is shown as it comes."""

    WARNING_NEEDS_RESPONSE = "warning_needs_response", _("Inquiry: needs response")
    WARNING_UNDER_REVIEW = "warning_under_review", _("Inquiry: under review")
    WARNING_CLOSED = "warning_closed", _("Inquiry closed")
    NEEDS_RESPONSE = "needs_response", _("Needs response")
    UNDER_REVIEW = "under_review", _("Under review")
    PREVENTED = "prevented", _("Prevented")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


DISPUTE_DECIDED: Final = frozenset({DisputeStatus.WON, DisputeStatus.LOST})
DISPUTE_CLOSED: Final = DISPUTE_DECIDED | {DisputeStatus.WARNING_CLOSED, DisputeStatus.PREVENTED}
DISPUTE_TO_ANSWER: Final = frozenset({DisputeStatus.NEEDS_RESPONSE, DisputeStatus.WARNING_NEEDS_RESPONSE})


class EvidenceState(models.TextChoices):
    """How far an answer to a dispute got."""

    DRAFT = "draft", _("Draft")
    SENDING = "sending", _("Being sent")
    SUBMITTED = "submitted", _("Submitted to the bank")
    REFUSED = "refused", _("Rejected by Stripe")


EVIDENCE_OPEN: Final = frozenset({EvidenceState.DRAFT, EvidenceState.REFUSED})


class DiscrepancyKind(models.TextChoices):
    """How the ledger and Stripe can differ."""

    AMOUNT_DIFFERS = "amount_differs", _("Amount or currency differs")
    MODE_DIFFERS = "mode_differs", _("Test and live mode mixed")
    STATUS_DIFFERS = "status_differs", _("Status differs")
    DUPLICATE_CHARGE = "duplicate_charge", _("Charged twice for one booking")
    UNKNOWN_CHARGE = "unknown_charge", _("Unmatched Stripe charge")
    REFUND_DIFFERS = "refund_differs", _("Refund missing or differs")
    REFUND_BLOCKED = "refund_blocked", _("Refund rejected by Stripe")
    REFUND_BY_HAND = "refund_by_hand", _("Refund to make manually")
    REFUND_AMOUNT = "refund_amount", _("Refunded amount differs from the request")
    MONEY_WENT_BACK = "money_went_back", _("Confirmed booking with refunded money")
    RELEASE_BLOCKED = "release_blocked", _("Place that can’t be released yet")
    MISSING_LOCALLY = "missing_locally", _("In Stripe, not in our ledger")
    MISSING_AT_STRIPE = "missing_at_stripe", _("In our ledger, not in Stripe")
    DISPUTE_MISSING = "dispute_missing", _("Dispute missing or differs")
    FEE_MISSING = "fee_missing", _("Fee or balance transaction missing")
    EVENT_MISSED = "event_missed", _("Missed webhook")
    FRAUD_WARNING = "fraud_warning", _("Early fraud warning: refund in time")
    REVIEW_OPEN = "review_open", _("Payment under review at Stripe")
    PAYOUT_FAILED = "payout_failed", _("Failed payout to the bank")
    ACCOUNT_RESTRICTED = "account_restricted", _("Restricted Stripe account")


REFUND_TASKS: Final = frozenset({DiscrepancyKind.REFUND_BLOCKED, DiscrepancyKind.REFUND_BY_HAND})
FRAUD_TASKS: Final = frozenset({DiscrepancyKind.FRAUD_WARNING, DiscrepancyKind.REVIEW_OPEN})
STRIPE_ALARMS: Final = frozenset({DiscrepancyKind.PAYOUT_FAILED, DiscrepancyKind.ACCOUNT_RESTRICTED})


class DiscrepancyStatus(models.TextChoices):
    """What became of a discrepancy."""

    OPEN = "open", _("Open")
    HEALED = "healed", _("Resolved")
    IGNORED = "ignored", _("Ignored")


class RunKind(models.TextChoices):
    """How far a reconciliation looks."""

    EVENTS = "events", _("Missed events")
    FULL = "full", _("Full reconciliation")


class RunState(models.TextChoices):
    """Where a reconciliation run stands."""

    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Complete")
    INTERRUPTED = "interrupted", _("Interrupted")


class PageDifference(models.TextChoices):
    """How the payment page may differ from what is approved."""

    FETCH = "fetch", _("Page not received")
    HEADER = "header", _("Security header")
    SCRIPT = "script", _("Unknown script")
    INLINE = "inline", _("Inline script, handler or frame")
    CONTENT = "content", _("Changed script")
    MISSING = "missing", _("Missing script")


class Applied(Enum):
    """What the ledger did with a fact from Stripe; each is a `LedgerState` of the same value."""

    APPLIED = "applied"
    UNMATCHED = "unmatched"
    DISCREPANCY = "discrepancy"
