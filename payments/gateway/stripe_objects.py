"""Stripe's JSON into the gateway's results; the same for replies and for event payloads."""

from collections.abc import Mapping
from typing import Any, Final

from payments.gateway.base import Charge, DisputeResult, Intent, PaymentError, RefundResult
from portal.common.clock import from_epoch

Json = Mapping[str, Any]


def id_of(reference: Any) -> str:
    """The id of something Stripe gives as an id, as an object, or not at all."""
    if isinstance(reference, Mapping):
        return str(reference["id"])
    return reference or ""


LONGEST_ADDRESS: Final = 1000
# Brands that are not written like a word.
_BRANDS: Final = {
    "amex": "American Express",
    "cartes_bancaires": "Cartes Bancaires",
    "diners": "Diners Club",
    "eftpos_au": "eftpos",
    "jcb": "JCB",
    "unionpay": "UnionPay",
}
# What API versions before 2019-02-11 call a state.
_FORMER_STATUS: Final = {"requires_source": "requires_payment_method", "requires_source_action": "requires_action"}


def web_address(value: Any) -> str:
    """A web address that a row takes; empty for anything else, for it becomes a link. Stripe's own are https."""
    fits = isinstance(value, str) and value.startswith(("https://", "http://")) and len(value) <= LONGEST_ADDRESS
    return str(value) if fits else ""


def intent_from(data: Json) -> Intent:
    """A PaymentIntent, of any API version. Raises KeyError or TypeError when `data` is not one."""
    return Intent(
        id=data["id"],
        status=_status(data["status"]),
        amount=data.get("amount") or 0,
        amount_received=data.get("amount_received") or 0,
        currency=(data.get("currency") or "").upper(),
        livemode=data["livemode"],
        created_at=from_epoch(data["created"]),
        metadata=dict(data.get("metadata") or {}),
        latest_charge_id=id_of(data.get("latest_charge")) or _latest_of_embedded(data),
        client_secret=data.get("client_secret") or "",
        receipt_email=data.get("receipt_email") or "",
        last_error=_payment_error_from(data.get("last_payment_error")),
        cancellation_reason=data.get("cancellation_reason") or "",
    )


def _status(word: str) -> str:
    return _FORMER_STATUS.get(word, word)


def _latest_of_embedded(data: Json) -> str:
    """API versions before 2022-11-15 hold an intent's charges, newest first, instead of the latest one's id."""
    charges = (data.get("charges") or {}).get("data") or []
    return id_of(charges[0]) if charges else ""


def _payment_error_from(data: Json | None) -> PaymentError | None:
    if not data:
        return None
    return PaymentError(
        code=data.get("code") or data.get("type") or "unknown",
        decline_code=data.get("decline_code") or "",
        sentence=data.get("message") or "",
        charge_id=id_of(data.get("charge")),
    )


def charge_from(data: Json) -> Charge:
    """A Charge; the fee only when the balance transaction is expanded."""
    balance_transaction = data.get("balance_transaction")
    expanded = balance_transaction if isinstance(balance_transaction, Mapping) else {}
    return Charge(
        id=data["id"],
        intent_id=id_of(data.get("payment_intent")),
        status=data["status"],
        amount=data["amount"],
        amount_refunded=data.get("amount_refunded") or 0,
        currency=data["currency"].upper(),
        livemode=data["livemode"],
        disputed=bool(data.get("disputed")),
        balance_transaction_id=id_of(balance_transaction),
        fee_amount=expanded.get("fee"),
        settlement_currency=(expanded.get("currency") or "").upper(),
        receipt_url=web_address(data.get("receipt_url")),
        paid_with=_paid_with(data.get("payment_method_details") or {}),
    )


def _paid_with(details: Json) -> str:
    kind = str(details.get("type") or "")
    means = details.get(kind) if isinstance(details.get(kind), Mapping) else {}
    assert isinstance(means, Mapping)
    brand, last4 = str(means.get("brand") or ""), str(means.get("last4") or "")
    name = _BRANDS.get(brand) or (brand or kind).replace("_", " ").capitalize()
    return f"{name[:40]} …{last4[:4]}" if last4 else name[:40]


def refund_from(data: Json) -> RefundResult:
    """A Refund."""
    return RefundResult(
        id=data["id"],
        intent_id=id_of(data.get("payment_intent")),
        charge_id=id_of(data.get("charge")),
        status=data.get("status") or "",
        amount=data["amount"],
        currency=data["currency"].upper(),
        created_at=from_epoch(data["created"]),
        metadata=dict(data.get("metadata") or {}),
        failure_code=data.get("failure_reason") or "",
        balance_transaction_id=id_of(data.get("balance_transaction")),
    )


def dispute_from(data: Json) -> DisputeResult:
    """A Dispute. Withdrawals are negative balance transactions at Stripe."""
    details = data.get("evidence_details") or {}
    due = details.get("due_by")
    moved = data.get("balance_transactions") or []
    currency = data["currency"].upper()
    settlement = next((movement["currency"].upper() for movement in moved), "")
    net = -sum(movement["amount"] for movement in moved)
    taken = -sum(movement["amount"] for movement in moved if movement["amount"] < 0)
    return DisputeResult(
        id=data["id"],
        intent_id=id_of(data.get("payment_intent")),
        charge_id=id_of(data.get("charge")),
        status=data["status"],
        reason=data.get("reason") or "",
        amount=data["amount"],
        currency=currency,
        created_at=from_epoch(data["created"]),
        is_charge_refundable=bool(data.get("is_charge_refundable")),
        withdrawn_amount=net if settlement == currency else _withdrawn(data, taken, net),
        evidence_due_at=from_epoch(due) if due else None,
        settlement_currency=settlement,
        settlement_amount=net,
        fee_amount=sum(movement.get("fee") or 0 for movement in moved),
        movements=len(moved),
        submissions=details.get("submission_count") or 0,
    )


def _withdrawn(data: Json, taken: int, net: int) -> int:
    """What is withdrawn in the charge's currency, when the balance has another one.

    Its amounts say only which part of the disputed amount came back. A won dispute comes back whole, at another day's
    rate.
    """
    won = data["status"] == "won" and net < taken
    return round(data["amount"] * net / taken) if net > 0 and not won else 0
