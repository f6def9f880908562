"""The bank account that payouts go to: one, which never changes."""

from ..store import Object
from .account import ACCOUNT_ID

BANK_ACCOUNT_ID = "ba_1SandboxCaregiver"


def build() -> Object:
    return {
        "id": BANK_ACCOUNT_ID,
        "object": "bank_account",
        "account": ACCOUNT_ID,
        "account_holder_name": None,
        "account_holder_type": "company",
        "account_type": None,
        "available_payout_methods": ["standard"],
        "bank_name": "SANDBOX BANK",
        "country": "GB",
        "currency": "gbp",
        "default_for_currency": True,
        "fingerprint": None,
        "last4": "2345",
        "metadata": {},
        "routing_number": "108800",
        "status": "new",
    }
