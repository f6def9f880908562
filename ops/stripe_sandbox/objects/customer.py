"""The customer object."""

from ..ids import random_text
from ..store import Object
from . import new, null


def build(fields: Object) -> Object:
    return {
        **new("cus", "customer"),
        **null(
            "address currency customer_account default_source description discount email name phone shipping test_clock"
        ),
        "balance": 0,
        "delinquent": False,
        "invoice_prefix": random_text(8).upper(),
        "invoice_settings": null("custom_fields default_payment_method footer rendering_options"),
        "metadata": {},
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
    } | fields


def deleted(customer_id: str) -> Object:
    return {"id": customer_id, "object": "customer", "deleted": True}
