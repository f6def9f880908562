"""The payment intent object."""

from ..ids import client_secret
from ..store import Object
from . import new, null

# What Stripe shows to a browser that holds a publishable key and the client secret.
CLIENT_FIELDS = frozenset(
    (
        "id object amount amount_details automatic_payment_methods canceled_at cancellation_reason capture_method "
        "client_secret confirmation_method created currency description last_payment_error livemode next_action "
        "payment_method payment_method_types processing receipt_email setup_future_usage shipping status"
    ).split()
)


def build(amount: int, currency: str, fields: Object) -> Object:
    intent = new("pi", "payment_intent")
    return {
        **intent,
        **null(
            "application application_fee_amount automatic_payment_methods canceled_at cancellation_reason customer "
            "customer_account description excluded_payment_method_types last_payment_error latest_charge next_action "
            "on_behalf_of payment_method payment_method_configuration_details processing receipt_email review "
            "setup_future_usage shipping statement_descriptor statement_descriptor_suffix transfer_data transfer_group"
        ),
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic_async",
        "client_secret": client_secret(intent["id"]),
        "confirmation_method": "automatic",
        "currency": currency,
        "metadata": {},
        "payment_method_options": {
            "card": {**null("installments mandate_options network"), "request_three_d_secure": "automatic"}
        },
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
    } | fields


def client_view(intent: Object) -> Object:
    return {key: value for key, value in intent.items() if key in CLIENT_FIELDS}
