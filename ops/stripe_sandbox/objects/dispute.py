"""The dispute object: a chargeback, or an inquiry that may become one."""

from .. import clock
from ..store import Object
from . import new

EVIDENCE_FIELDS = (
    "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal "
    "customer_communication customer_email_address customer_name customer_purchase_ip customer_signature "
    "duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt "
    "refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation "
    "shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number "
    "uncategorized_file uncategorized_text"
).split()
FILE_FIELDS = (
    "cancellation_policy customer_communication customer_signature duplicate_charge_documentation receipt "
    "refund_policy service_documentation shipping_documentation uncategorized_file"
).split()
_NETWORK_REASONS = {"fraudulent": "10.4", "product_not_received": "13.1", "duplicate": "12.6.1"}
_ANSWER_WITHIN = 9 * 24 * 3600


def due_by() -> int:
    """Until when an answer is awaited that becomes due now; UTC seconds."""
    return clock.now() + _ANSWER_WITHIN


def build(charge: Object, amount: int, reason: str, *, inquiry: bool, due_by: int) -> Object:
    brand = charge["payment_method_details"]["card"]["brand"]
    return {
        **new("du", "dispute"),
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": dict.fromkeys(EVIDENCE_FIELDS) | {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": due_by,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": inquiry,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": brand,
                "case_type": "inquiry" if inquiry else "chargeback",
                "network": brand,
                "network_reason_code": _NETWORK_REASONS.get(reason, "10.4"),
            },
            "type": "card",
        },
        "reason": reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }
