"""The payout: money on its way from the balance to the bank account, the one there is."""

from ..store import Object
from . import new, null
from .account import ACCOUNT_ID

BANK_ACCOUNT_ID = "ba_1SandboxCaregiver"
_DAY = 24 * 3600


def build(amount: int, currency: str, *, automatic: bool, fields: Object) -> Object:
    """`amount` in minor units of `currency`."""
    sent = new("po", "payout")
    return {
        **sent,
        **null(
            "application_fee application_fee_amount balance_transaction failure_balance_transaction failure_code "
            "failure_message original_payout payout_method reversed_by statement_descriptor trace_id"
        ),
        "amount": amount,
        "arrival_date": (sent["created"] // _DAY + 2) * _DAY,
        "automatic": automatic,
        "currency": currency,
        "description": "STRIPE PAYOUT" if automatic else None,
        "destination": BANK_ACCOUNT_ID,
        "metadata": {},
        "method": "standard",
        "reconciliation_status": "completed" if automatic else "not_applicable",
        "source_type": "card",
        "status": "pending",
        "type": "bank_account",
    } | fields


def bank_account() -> Object:
    return {
        "id": BANK_ACCOUNT_ID,
        "object": "bank_account",
        **null("account_holder_name account_type fingerprint"),
        "account": ACCOUNT_ID,
        "account_holder_type": "company",
        "available_payout_methods": ["standard"],
        "bank_name": "SANDBOX BANK",
        "country": "GB",
        "currency": "gbp",
        "default_for_currency": True,
        "last4": "2345",
        "metadata": {},
        "routing_number": "108800",
        "status": "new",
    }
