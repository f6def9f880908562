"""Refunds: at once, pending first, or failing later."""

from ..cards import RefundFate
from ..errors import Object, invalid_request
from ..money import check_decimals, display
from ..objects import event
from ..objects import refund as refunds
from ..sandbox import Sandbox
from . import radar
from .payments import book_charge, card_of

PENDING_FOR = 1.0  # seconds until a pending refund succeeds
FAILS_AFTER = 1.0
# What `POST /_control/refunds/<id>` may move a refund to.
STATUSES = ("pending", "requires_action", "succeeded", "failed", "canceled")
_RETURNED = ("failed", "canceled")


def create(box: Sandbox, charge: Object, amount: int | None, fields: Object) -> Object:
    """`amount` in minor units, by default all that is left. Raises Stripe's refusals."""
    amount = _refundable(box, charge, amount)
    book_charge(box, charge["id"])
    charge = box.store.get("charge", charge["id"])
    method = box.store.get("payment_method", charge["payment_method"])
    fate = card_of(box, method).refund
    status = "pending" if fate is RefundFate.PENDS else "succeeded"
    refund = refunds.build(charge, amount, status, fields)
    if status == "pending":
        refund["pending_reason"] = "processing"
    refund["balance_transaction"] = box.move_money("refund", refund, -amount)["id"]
    box.put(refund, "refund.created")
    _count(box, charge, amount, "charge.refunded")
    if box.store.get("charge", charge["id"])["refunded"]:
        fraud = fields.get("reason") == "fraudulent"
        radar.close_review(box, charge["id"], "refunded_as_fraud" if fraud else "refunded")
    if fate is RefundFate.PENDS:
        box.timers.later(PENDING_FOR, "succeed_refund", refund["id"])
    if fate is RefundFate.FAILS_LATER:
        box.timers.later(FAILS_AFTER, "fail_refund", refund["id"])
    return refund


def _refundable(box: Sandbox, charge: Object, amount: int | None) -> int:
    if charge["status"] != "succeeded":
        raise invalid_request(f"Charge {charge['id']} is not successful and cannot be refunded.", param="charge")
    left: int = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise invalid_request(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if not _dispute_allows(box, charge):
        raise invalid_request(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    if amount is None:
        return left
    check_decimals(amount, charge["currency"])
    if amount > left:
        raise invalid_request(
            f"Refund amount ({display(amount, charge['currency'])}) is greater than unrefunded "
            f"amount on charge ({display(left, charge['currency'])})",
            param="amount",
        )
    return amount


def _dispute_allows(box: Sandbox, charge: Object) -> bool:
    if not charge["disputed"]:
        return True
    disputes = box.store["dispute"]
    return all(one["is_charge_refundable"] for one in disputes if one["charge"] == charge["id"])


def _count(box: Sandbox, charge: Object, amount: int, kind: str) -> None:
    """Adds to what the charge counts as refunded; a failed refund takes away again."""
    total = charge["amount_refunded"] + amount
    counted = charge | {"amount_refunded": total, "refunded": total == charge["amount"]}
    box.store.put(counted)
    box.emit_change(kind, charge, counted)
    radar.note_outcome(box, charge["id"])


def move(box: Sandbox, refund: Object, status: str) -> Object:
    """Moves a refund on; a failed or canceled one gives the money back to the balance."""
    if refund["status"] in _RETURNED or refund["status"] == status:
        raise invalid_request(f"This refund has a status of {refund['status']}.")
    old = dict(refund)
    refund["status"] = status
    refund.pop("pending_reason", None)
    if status == "pending":
        refund["pending_reason"] = "processing"
    if status in _RETURNED:
        _give_back(box, refund)
    box.store.put(refund)
    changed = event.changes(old, refund)
    if status == "failed":
        box.emit("refund.failed", refund, changed)
    for kind in ("refund.updated", "charge.refund.updated"):
        box.emit(kind, refund, changed)
    return refund


def _give_back(box: Sandbox, refund: Object) -> None:
    kind = "refund_failure" if refund["status"] == "failed" else "refund"
    returned = box.move_money(kind, refund, refund["amount"], category="refund_failure")
    refund["failure_balance_transaction"] = returned["id"]
    if refund["status"] == "failed":
        refund["failure_reason"] = "expired_or_canceled_card"
    charge = box.store.get("charge", refund["charge"])
    _count(box, charge, -refund["amount"], "charge.updated")


def succeed_refund(box: Sandbox, refund_id: str) -> None:
    refund = box.store.get("refund", refund_id)
    if refund["status"] == "pending":
        move(box, refund, "succeeded")


def fail_refund(box: Sandbox, refund_id: str) -> None:
    refund = box.store.get("refund", refund_id)
    if refund["status"] == "succeeded":
        move(box, refund, "failed")
