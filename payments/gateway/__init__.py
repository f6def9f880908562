"""The payment provider behind an interface; only `stripe_api` knows Stripe's library."""

from payments.gateway.base import PaymentGateway
from payments.gateway.stripe_api import StripeGateway

__all__ = ["PaymentGateway", "gateway"]


def gateway() -> PaymentGateway:
    """The provider that the settings name."""
    return StripeGateway.from_settings()
