"""The payment provider behind an interface; only `stripe_api` knows Stripe's library."""

from typing import Final

from django.conf import settings
from django.utils.module_loading import import_string

from payments.gateway.base import PaymentGateway

__all__ = ["STRIPE", "PaymentGateway", "gateway"]
STRIPE: Final = "payments.gateway.stripe_api.StripeGateway"


def gateway() -> PaymentGateway:
    """The provider that `settings.PAYMENT_GATEWAY` names. A system check refuses any but Stripe; tests replace it."""
    provider: type[PaymentGateway] = import_string(settings.PAYMENT_GATEWAY)
    return provider.from_settings()
