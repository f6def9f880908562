"""The sample payment page: the payment page's shell, template and headers, around a booking that nobody made."""

from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.urls import reverse

from payments.deposit_copy import copy_for
from payments.domain.checkout import CheckoutState
from payments.enums import Purpose
from payments.queries import minutes_left_forms
from payments.samples import sample_price, sample_row

_SALT: Final = "payments.payment_page.sample"
_SECONDS: Final = 120


def new_address() -> str:
    """Where the sample can be opened for two minutes."""
    return f"{settings.BASE_URL}{reverse('payments:sample_page', args=[signing.dumps('sample', salt=_SALT)])}"


def opens(token: str) -> bool:
    """Whether we made the token, and lately."""
    try:
        signing.loads(token, salt=_SALT, max_age=_SECONDS)
    except signing.BadSignature:
        return False
    return True


def context() -> dict[str, Any]:
    """What the template wants, without booking, payment or intent."""
    return {
        "state": CheckoutState.READY,
        "purpose": Purpose.DEPOSIT.value,
        "copy": copy_for(Purpose.DEPOSIT),
        "booking": sample_row(),
        "price": sample_price(),
        "minutes_left": minutes_left_forms(),
        "status_url": "#",
        "return_url": "#",
        "publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
        "client_secret": "sample",
        "stripe_js_url": settings.STRIPE_JS_URL,
    }
