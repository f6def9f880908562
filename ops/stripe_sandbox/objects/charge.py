"""The charge object: one attempt to take money."""

from ..cards import Card, Decline, Risk
from ..store import Object
from . import new, null
from .payment_method import billing_details


def build(
    intent: Object, method: Object, card: Card, *, address: str, decline: Decline | None, three_d_secure: str | None
) -> Object:
    """`address` is the sandbox's own, for the receipt; `three_d_secure` its result where it was attempted:
    `authenticated` or `attempt_acknowledged`."""
    charge = new("ch", "charge")
    succeeded = decline is None and not card.stays_processing
    amount = intent["amount"]
    descriptor = intent["statement_descriptor_suffix"]
    return {
        **charge,
        **null(
            "application application_fee application_fee_amount balance_transaction failure_balance_transaction "
            "on_behalf_of receipt_number review source_transfer transfer_data transfer_group"
        ),
        "amount": amount,
        "amount_captured": amount if succeeded else 0,
        "amount_refunded": 0,
        "billing_details": billing_details(method["billing_details"]),
        "calculated_statement_descriptor": f"SANDBOX* {descriptor}" if descriptor else "SANDBOX",
        "captured": succeeded,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_code": decline.code if decline else None,
        "failure_message": decline.message if decline else None,
        "fraud_details": {},
        "metadata": intent["metadata"],
        "outcome": _outcome(card, decline),
        "paid": succeeded,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": _details(method, card, amount, three_d_secure),
        "receipt_email": intent["receipt_email"],
        "receipt_url": f"{address}/receipts/{charge['id']}" if succeeded else None,
        "refunded": False,
        "shipping": intent["shipping"],
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": descriptor,
        "status": "failed" if decline else "succeeded" if succeeded else "pending",
    }


def _outcome(card: Card, decline: Decline | None) -> Object:
    outcome = {
        **null("advice_code network_advice_code network_decline_code reason"),
        "network_status": "approved_by_network",
        "risk_level": "normal",
        "risk_score": 12,
        "seller_message": "Payment complete.",
        "type": "authorized",
    }
    if decline is None and card.risk is Risk.ELEVATED:
        return outcome | {
            "reason": "elevated_risk_level",
            "risk_level": "elevated",
            "risk_score": 65,
            "seller_message": "Stripe evaluated this payment as having elevated risk, and placed it in your "
            "manual review queue.",
            "type": "manual_review",
        }
    if decline is None:
        return outcome
    if decline.blocked:
        return outcome | {
            "network_status": "not_sent_to_network",
            "reason": "highest_risk_level",
            "risk_level": "highest",
            "risk_score": 92,
            "seller_message": "Stripe blocked this payment as too risky.",
            "type": "blocked",
        }
    return outcome | {
        "advice_code": "try_again_later",
        "network_decline_code": decline.network_code,
        "network_status": "declined_by_network",
        "reason": decline.decline_code or decline.code,
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }


def _details(method: Object, card: Card, amount: int, three_d_secure: str | None) -> Object:
    if method["type"] != "card":
        return {"type": method["type"]}
    return {"card": _card_details(method, card, amount, three_d_secure), "type": "card"}


def _card_details(method: Object, card: Card, amount: int, three_d_secure: str | None) -> Object:
    shown = method["card"]
    results = {
        "address_line1_check": card.line1_check,
        "address_postal_code_check": card.postal_code_check,
        "cvc_check": card.cvc_check,
    }
    copied = ("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
    return {key: shown[key] for key in copied} | {
        **null("authorization_code installments mandate network_transaction_id wallet"),
        "amount_authorized": amount,
        "checks": {name: None if given is None else results[name] for name, given in shown["checks"].items()},
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "multicapture": {"status": "unavailable"},
        "network": card.brand,
        "network_token": {"used": False},
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "regulated_status": "unregulated",
        "three_d_secure": _three_d_secure(three_d_secure) if three_d_secure else None,
    }


def _three_d_secure(result: str) -> Object:
    challenged = result == "authenticated"
    return {
        **null("exemption_indicator result_reason transaction_id"),
        "authentication_flow": "challenge" if challenged else None,
        "electronic_commerce_indicator": "05" if challenged else "06",
        "result": result,
        "version": "2.2.0",
    }
