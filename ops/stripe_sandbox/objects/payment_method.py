"""The payment method object: a card, or a bank that is paid by (`pay_by_bank`, whose own hash is empty)."""

from hashlib import sha256

from ..cards import Card
from ..store import Object
from . import new, null


def billing_details(given: Object | None = None) -> Object:
    blank = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    given = given or {}
    plain = dict.fromkeys(("email", "name", "phone", "tax_id"))
    return plain | given | {"address": blank | (given.get("address") or {})}


def build(card: Card, exp_month: int, exp_year: int, *, cvc_given: bool, fields: Object) -> Object:
    method = _method("card", fields)
    address = method["billing_details"]["address"]
    shown = {
        **null("generated_from wallet"),
        "brand": card.brand,
        "checks": {
            "address_line1_check": "unchecked" if address["line1"] else None,
            "address_postal_code_check": "unchecked" if address["postal_code"] else None,
            "cvc_check": "unchecked" if cvc_given else None,
        },
        "country": card.country,
        "display_brand": {"amex": "american_express"}.get(card.brand, card.brand),
        "exp_month": exp_month,
        "exp_year": exp_year,
        "fingerprint": fingerprint(card),
        "funding": card.funding,
        "last4": card.number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": card.supports_3ds},
    }
    return method | {"card": shown}


def build_bank(fields: Object) -> Object:
    return _method("pay_by_bank", fields)


def _method(kind: str, fields: Object) -> Object:
    return {
        **new("pm", "payment_method"),
        **null("customer customer_account"),
        "allow_redisplay": "unspecified",
        "metadata": {},
        "type": kind,
        **fields,
        "billing_details": billing_details(fields.get("billing_details")),
    }


def fingerprint(card: Card) -> str:
    """The same for every payment method made from one card, as at Stripe."""
    return sha256(card.token.encode()).hexdigest()[:16]
