"""The balance transaction object: money that moved, signed, in minor units."""

from typing import TypedDict

from .. import clock
from ..ids import new_id
from ..store import Object

_DAY = 24 * 3600


class Facts(TypedDict, total=False):
    """`category` is Stripe's `reporting_category`, where that is not the type."""

    fee: int
    category: str
    available_at_once: bool


def build(
    kind: str,
    source: Object,
    amount: int,
    *,
    fee: int = 0,
    category: str | None = None,
    currency: str | None = None,
    exchange_rate: float | None = None,
    available_at_once: bool = False,
) -> Object:
    """`kind` is Stripe's `type`; a charge adds, refunds and disputes take away.

    Amount and fee are minor units of `currency`, by default the source's.
    """
    currency = currency or source["currency"]
    now = clock.now()
    described = "Dispute fee" if (category or "").startswith("dispute") else "Stripe processing fees"
    taken = {"amount": fee, "application": None, "currency": currency, "description": described, "type": "stripe_fee"}
    return {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": now if available_at_once else now + 2 * _DAY,
        "balance_type": "payments",
        "created": now,
        "currency": currency,
        "description": "STRIPE PAYOUT" if kind == "payout" else None,
        "exchange_rate": exchange_rate,
        "fee": fee,
        "fee_details": [taken] if fee else [],
        "net": amount - fee,
        "reporting_category": category or kind,
        "source": source["id"],
        "status": "available" if available_at_once else "pending",
        "type": kind,
    }


def processing_fee(amount: int) -> int:
    """2.9 % and 30 minor units, never more than the amount: enough to make net differ."""
    return min(amount, round(amount * 0.029) + 30)
