"""System checks of payments' settings."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Error
from django.utils.translation import gettext as _

from payments.gateway import STRIPE


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
