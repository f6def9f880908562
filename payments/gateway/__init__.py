"""The payment provider behind an interface; only `stripe_api` knows Stripe's library."""

from collections.abc import Sequence
from typing import Any, Final

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Error
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from payments.gateway.base import PaymentGateway

__all__ = ["STRIPE", "PaymentGateway", "check_gateway", "gateway"]
STRIPE: Final = "payments.gateway.stripe_api.StripeGateway"


def gateway() -> PaymentGateway:
    """The provider that `settings.PAYMENT_GATEWAY` names."""
    provider: type[PaymentGateway] = import_string(settings.PAYMENT_GATEWAY)
    return provider.from_settings()


def check_gateway(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[Error]:
    """Money goes to Stripe and nowhere else; only a running test replaces the gateway."""
    if settings.PAYMENT_GATEWAY == STRIPE:
        return []
    return [
        Error(
            _("PAYMENT_GATEWAY is %(value)s. Payments would not reach Stripe.") % {"value": settings.PAYMENT_GATEWAY},
            hint=_("Remove PAYMENT_GATEWAY from your settings."),
            id="payments.E001",
        )
    ]
