"""The customer object."""

from .. import clock
from ..ids import new_id, random_text
from ..store import Object
from . import null


def build(fields: Object) -> Object:
    return {
        "id": new_id("cus"),
        "object": "customer",
        **null(
            "address currency customer_account default_source description discount email name phone shipping test_clock"
        ),
        "balance": 0,
        "created": clock.now(),
        "delinquent": False,
        "invoice_prefix": random_text(8).upper(),
        "invoice_settings": {**null("custom_fields default_payment_method footer rendering_options")},
        "livemode": False,
        "metadata": {},
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
    } | fields


def deleted(customer_id: str) -> Object:
    return {"id": customer_id, "object": "customer", "deleted": True}
