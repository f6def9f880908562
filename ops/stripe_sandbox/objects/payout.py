"""The payout: money on its way from the balance to the bank account."""

from .. import clock
from ..ids import new_id
from ..store import Object
from .bank_account import BANK_ACCOUNT_ID

_DAY = 24 * 3600


def build(amount: int, currency: str, *, automatic: bool, fields: Object) -> Object:
    """`amount` in minor units of `currency`."""
    now = clock.now()
    return {
        "id": new_id("po"),
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": (now // _DAY + 2) * _DAY,
        "automatic": automatic,
        "balance_transaction": None,
        "created": now,
        "currency": currency,
        "description": "STRIPE PAYOUT" if automatic else None,
        "destination": BANK_ACCOUNT_ID,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "completed" if automatic else "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "pending",
        "trace_id": None,
        "type": "bank_account",
    } | fields
