"""The one account of the sandbox, and its balance."""

from collections.abc import Mapping

from ..store import Object

ACCOUNT_ID = "acct_1SandboxCaregiver"


def build() -> Object:
    return {
        "id": ACCOUNT_ID,
        "object": "account",
        "business_profile": None,
        "business_type": None,
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "country": "US",
        "created": 1_700_000_000,
        "default_currency": "usd",
        "details_submitted": True,
        "email": "sandbox@example.com",
        "metadata": {},
        "payouts_enabled": True,
        "settings": {
            "branding": {
                "icon": None,
                "logo": None,
                "primary_color": None,
                "secondary_color": None,
            },
            "card_payments": {
                "decline_on": {"avs_failure": False, "cvc_failure": False},
                "statement_descriptor_prefix": None,
                "statement_descriptor_prefix_kana": None,
                "statement_descriptor_prefix_kanji": None,
            },
            "dashboard": {"display_name": "Stripe sandbox", "timezone": "Etc/UTC"},
            "payments": {
                "statement_descriptor": "SANDBOX",
                "statement_descriptor_kana": None,
                "statement_descriptor_kanji": None,
            },
        },
        "type": "standard",
    }


def balance(available: Mapping[str, int], pending: Mapping[str, int]) -> Object:
    return {
        "object": "balance",
        "available": _amounts(available),
        "livemode": False,
        "pending": _amounts(pending),
    }


def _amounts(sums: Mapping[str, int]) -> list[Object]:
    listed = sorted(sums.items()) or [("usd", 0)]
    return [{"amount": amount, "currency": currency, "source_types": {"card": amount}} for currency, amount in listed]
