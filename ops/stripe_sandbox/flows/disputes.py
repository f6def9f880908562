"""Disputes: opened by a test card or on command, answered with evidence, escalated, closed, partly paid back."""

from .. import clock
from ..errors import Object, invalid_request, no_such, unsupported
from ..objects import dispute as disputes
from ..sandbox import Sandbox
from . import radar

DISPUTE_FEE = 1500  # minor units of the balance's currency; given back when the dispute is won
VERDICT_DELAY = 0.5  # seconds that the bank thinks about evidence which decides
LONGEST_EVIDENCE = 150_000  # characters of all fields together
OPEN = ("needs_response", "under_review", "warning_needs_response", "warning_under_review")
_OVER = ("won", "warning_closed")
# Stripe's texts for `uncategorized_text` in test mode (docs.stripe.com/testing#evidence).
WINNING, LOSING, ESCALATING = "winning_evidence", "losing_evidence", "escalate_inquiry_evidence"


def open_dispute(
    box: Sandbox,
    charge: Object,
    *,
    reason: str = "fraudulent",
    amount: int | None = None,
    inquiry: bool = False,
    due_by: int | None = None,
) -> Object:
    """`amount` in minor units, by default all that was not refunded. An inquiry moves no money.

    A charge may be disputed again, as long as no part of it is disputed twice at once.
    """
    if (kind := charge["payment_method_details"]["type"]) != "card":
        raise unsupported(f"disputes of payments by {kind}", "charge")
    earlier = [one for one in box.store["dispute"].matching("charge", charge["id"]) if one["status"] not in _OVER]
    left = charge["amount"] - sum(one["amount"] for one in earlier)
    if charge["status"] != "succeeded" or left <= 0:
        raise invalid_request(f"Charge {charge['id']} cannot be disputed.", param="charge")
    owed = min(left, charge["amount"] - charge["amount_refunded"]) if amount is None else amount
    if not 0 < owed <= left:
        raise invalid_request("The disputed amount must be part of the charge.", param="amount")
    until = disputes.due_by() if due_by is None else due_by
    opened = disputes.build(charge, owed, reason, inquiry=inquiry, due_by=until)
    if not inquiry:
        _withdraw(box, opened)
    box.store.put(opened)
    disputed = box.store.put(charge | {"disputed": True})
    box.emit("charge.dispute.created", opened)
    box.emit_change("charge.updated", charge, disputed)
    if not inquiry:
        box.emit("charge.dispute.funds_withdrawn", opened)
    radar.close_review(box, charge["id"], "disputed")
    radar.note_outcome(box, charge["id"])
    return opened


def _withdraw(box: Sandbox, dispute: Object) -> None:
    taken = box.move_money("adjustment", dispute, -dispute["amount"], fee=DISPUTE_FEE, category="dispute")
    dispute["balance_transactions"] = [*dispute["balance_transactions"], taken]


def submit_evidence(box: Sandbox, dispute: Object, evidence: Object, *, submit: bool) -> Object:
    """Stages or submits evidence. Three texts decide the dispute a moment later, as in Stripe's test mode."""
    _check_open(dispute)
    old = dict(dispute)
    details = dispute["evidence_details"]
    dispute["evidence"] = dispute["evidence"] | evidence
    _check_evidence(box, dispute["evidence"])
    written = any(value for key, value in dispute["evidence"].items() if key != "enhanced_evidence")
    dispute["evidence_details"] = details | {"has_evidence": written}
    if submit and written:
        warning = dispute["status"].startswith("warning")
        dispute["status"] = "warning_under_review" if warning else "under_review"
        dispute["evidence_details"] |= {
            "past_due": clock.now() > details["due_by"],
            "submission_count": details["submission_count"] + 1,
        }
        if dispute["evidence"]["uncategorized_text"] in (WINNING, LOSING, ESCALATING):
            box.timers.later(VERDICT_DELAY, "decide_dispute", dispute["id"])
    return box.change(old, dispute, "charge.dispute.updated")


def _check_evidence(box: Sandbox, evidence: Object) -> None:
    texts = [value for value in evidence.values() if isinstance(value, str)]
    if sum(map(len, texts)) > LONGEST_EVIDENCE:
        raise invalid_request(
            f"The combined character count of all evidence fields is limited to {LONGEST_EVIDENCE:,}.", param="evidence"
        )
    for name in disputes.FILE_FIELDS:
        if (file_id := evidence[name]) and file_id not in box.store["file"]:
            raise no_such("file upload", file_id, f"evidence[{name}]")


def decide(box: Sandbox, dispute_id: str) -> None:
    """What the bank makes of evidence that decides."""
    dispute = box.store.get("dispute", dispute_id)
    if dispute["status"] not in ("under_review", "warning_under_review"):
        return
    text = dispute["evidence"]["uncategorized_text"]
    if text == ESCALATING:
        if dispute["status"] == "warning_under_review":
            escalate(box, dispute)
    elif text in (WINNING, LOSING):
        close(box, dispute, "won" if text == WINNING else "lost")


def escalate(box: Sandbox, dispute: Object) -> Object:
    """An inquiry becomes a chargeback: the money is taken, and an answer is needed again."""
    if dispute["status"] not in ("warning_needs_response", "warning_under_review"):
        raise invalid_request(f"This dispute has a status of {dispute['status']}; only an open inquiry can escalate.")
    old = dict(dispute)
    dispute["status"] = "needs_response"
    dispute["is_charge_refundable"] = False
    dispute["evidence_details"] = dispute["evidence_details"] | {"due_by": disputes.due_by()}
    card = dispute["payment_method_details"]["card"] | {"case_type": "chargeback"}
    dispute["payment_method_details"] = dispute["payment_method_details"] | {"card": card}
    _withdraw(box, dispute)
    box.change(old, dispute, "charge.dispute.updated")
    box.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close(box: Sandbox, dispute: Object, status: str) -> Object:
    """`won` or `lost`; an inquiry closes as `warning_closed` either way. Who wins gets amount and fee back."""
    _check_open(dispute)
    old = dict(dispute)
    inquiry = dispute["status"].startswith("warning")
    dispute["status"] = "warning_closed" if inquiry else status
    won = dispute["status"] == "won"
    if won:
        _give_back(box, dispute, dispute["amount"], fee=-DISPUTE_FEE)
    box.store.put(dispute)
    if won:
        box.emit("charge.dispute.funds_reinstated", dispute)
    box.emit_change("charge.dispute.closed", old, dispute)
    return dispute


def reinstate(box: Sandbox, dispute: Object, amount: int) -> Object:
    """Part of a lost dispute comes back after all; it stays lost. `amount` in minor units of the charge's currency."""
    if dispute["status"] != "lost":
        raise invalid_request(f"This dispute has a status of {dispute['status']}, not lost.")
    if not 0 < amount <= dispute["amount"]:
        raise invalid_request("The amount must be part of the dispute.", param="amount")
    _give_back(box, dispute, amount)
    return box.put(dispute, "charge.dispute.funds_reinstated")


def _give_back(box: Sandbox, dispute: Object, amount: int, *, fee: int = 0) -> None:
    returned = box.move_money("adjustment", dispute, amount, fee=fee, category="dispute_reversal")
    dispute["balance_transactions"] = [*dispute["balance_transactions"], returned]


def _check_open(dispute: Object) -> None:
    if dispute["status"] not in OPEN:
        raise invalid_request("This dispute is already closed.")
