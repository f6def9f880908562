"""Disputes: opened by a test card or on command, answered with evidence, closed."""

from ..errors import Object, invalid_request
from ..objects import dispute as disputes
from ..sandbox import Sandbox

DISPUTE_FEE = 1500  # minor units, kept by Stripe whoever wins
OPEN = ("needs_response", "under_review", "warning_needs_response", "warning_under_review")


def open_dispute(
    box: Sandbox,
    charge: Object,
    *,
    reason: str = "fraudulent",
    amount: int | None = None,
    inquiry: bool = False,
) -> Object:
    """`amount` in minor units, by default all that was not refunded. An inquiry moves no money."""
    if charge["disputed"] or charge["status"] != "succeeded":
        raise invalid_request(f"Charge {charge['id']} cannot be disputed.", param="charge")
    owed = charge["amount"] - charge["amount_refunded"] if amount is None else amount
    if not 0 < owed <= charge["amount"]:
        raise invalid_request("The disputed amount must be part of the charge.", param="amount")
    opened = disputes.build(charge, owed, reason, inquiry=inquiry)
    if not inquiry:
        taken = box.move_money("adjustment", opened, -owed, fee=DISPUTE_FEE, category="dispute")
        opened["balance_transactions"] = [taken]
    box.store.put(opened)
    disputed = box.store.put(charge | {"disputed": True})
    box.emit("charge.dispute.created", opened)
    box.emit_change("charge.updated", charge, disputed)
    if not inquiry:
        box.emit("charge.dispute.funds_withdrawn", opened)
    return opened


def submit_evidence(box: Sandbox, dispute: Object, evidence: Object, *, submit: bool) -> Object:
    """Stages or submits evidence. The texts `winning_evidence` and `losing_evidence` decide the
    dispute at once, as in Stripe's test mode."""
    old = dict(dispute)
    details = dispute["evidence_details"]
    dispute["evidence"] = dispute["evidence"] | evidence
    written = any(value for key, value in dispute["evidence"].items() if key != "enhanced_evidence")
    dispute["evidence_details"] = details | {"has_evidence": written}
    if submit and written:
        warning = dispute["status"].startswith("warning")
        dispute["status"] = "warning_under_review" if warning else "under_review"
        dispute["evidence_details"]["submission_count"] = details["submission_count"] + 1
    box.store.put(dispute)
    box.emit_change("charge.dispute.updated", old, dispute)
    verdicts = {"winning_evidence": "won", "losing_evidence": "lost"}
    verdict = verdicts.get(str(dispute["evidence"]["uncategorized_text"]))
    return close(box, dispute, verdict) if submit and verdict else dispute


def close(box: Sandbox, dispute: Object, status: str) -> Object:
    """`won` or `lost`; an inquiry closes as `warning_closed` either way."""
    if dispute["status"] not in OPEN:
        raise invalid_request("This dispute is already closed.")
    old = dict(dispute)
    inquiry = dispute["status"].startswith("warning")
    dispute["status"] = "warning_closed" if inquiry else status
    if dispute["status"] == "won":
        returned = box.move_money("adjustment", dispute, dispute["amount"], category="dispute_reversal")
        dispute["balance_transactions"] = [*dispute["balance_transactions"], returned]
    box.store.put(dispute)
    box.emit_change("charge.dispute.closed", old, dispute)
    if dispute["status"] == "won":
        box.emit("charge.dispute.funds_reinstated", dispute)
    return dispute
