"""The one account of the sandbox, and its balance."""

from collections.abc import Mapping

from ..store import Object
from . import null

ACCOUNT_ID = "acct_1SandboxCaregiver"


def build(facts: Object) -> Object:
    """`facts` are what the controls changed: charges_enabled, payouts_enabled, default_currency."""
    enabled = {name: facts.get(name, True) for name in ("charges_enabled", "payouts_enabled")}
    return {
        "id": ACCOUNT_ID,
        "object": "account",
        **null("business_profile business_type"),
        **enabled,
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "country": "US",
        "created": 1_700_000_000,
        "default_currency": facts.get("default_currency", "usd"),
        "details_submitted": True,
        "email": "sandbox@example.com",
        "metadata": {},
        "requirements": _requirements(all(enabled.values())),
        "settings": {
            "branding": null("icon logo primary_color secondary_color"),
            "card_payments": {
                **null(
                    "statement_descriptor_prefix statement_descriptor_prefix_kana statement_descriptor_prefix_kanji"
                ),
                "decline_on": {"avs_failure": False, "cvc_failure": False},
            },
            "dashboard": {"display_name": "Stripe sandbox", "timezone": "Etc/UTC"},
            "payments": {
                **null("statement_descriptor_kana statement_descriptor_kanji"),
                "statement_descriptor": "SANDBOX",
            },
        },
        "type": "standard",
    }


def _requirements(met: bool) -> Object:
    due = [] if met else ["company.verification.document"]
    return {
        "current_deadline": None,
        "alternatives": [],
        "currently_due": due,
        "disabled_reason": None if met else "requirements.past_due",
        "errors": [],
        "eventually_due": due,
        "past_due": due,
        "pending_verification": [],
    }


def balance(available: Mapping[str, int], pending: Mapping[str, int]) -> Object:
    return {"object": "balance", "available": _amounts(available), "livemode": False, "pending": _amounts(pending)}


def _amounts(sums: Mapping[str, int]) -> list[Object]:
    listed = sorted(sums.items()) or [("usd", 0)]
    return [{"amount": amount, "currency": currency, "source_types": {"card": amount}} for currency, amount in listed]
