"""The approved scripts and headers of the payment page. The document, the hourly check and the tests read this list.

A script that is not here is a difference: add it only with an owner, a reason and the date it was approved.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from csp.constants import NONCE
from django.conf import settings

_NONCE: Final = re.compile(r"'nonce-[^']+'")
ANY_NONCE: Final = "'nonce-…'"


@dataclass(frozen=True, slots=True)
class Script:
    """A script that the payment page may load. `static_name` is a file of ours, compared by hash; without one it is
    Stripe's, compared by address, because Stripe changes it and takes no integrity attribute."""

    name: str
    static_name: str
    owner: str
    reason: str
    approved: date


SCRIPTS: Final = (
    Script(
        name="Stripe.js",
        static_name="",
        owner="Whoever is responsible for payments",
        reason="Shows Stripe's card form in Stripe's own frame, so that card data never reach us.",
        approved=date(2026, 11, 29),
    ),
    Script(
        name="deposit.js",
        static_name="payments/js/deposit.js",
        owner="Whoever is responsible for payments",
        reason="Mounts the card form, confirms the payment, and waits for the ledger.",
        approved=date(2026, 11, 29),
    ),
)
STRIPE_JS_HOST: Final = "https://js.stripe.com/"
REFERRER_POLICY: Final = "strict-origin"  # never the path: a return from the bank has a client secret in it


def expected_headers() -> dict[str, str]:
    """The headers that protect the page, as the settings make them. Lower-case names."""
    headers = {
        "x-content-type-options": "nosniff",
        "x-frame-options": settings.X_FRAME_OPTIONS,
        "referrer-policy": REFERRER_POLICY,
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": settings.PERMISSIONS_POLICY,
    }
    if settings.SECURE_HSTS_SECONDS:
        headers["strict-transport-security"] = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
    return headers


def expected_policy() -> dict[str, frozenset[str]]:
    """The Content-Security-Policy of the page: sources by directive."""
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    names = {*directives, *settings.CSP_PAYMENT}
    return {name: _sources(directives.get(name), settings.CSP_PAYMENT.get(name)) for name in names}


def policy_of(header: str) -> dict[str, frozenset[str]]:
    """A Content-Security-Policy in parts; any nonce is the same nonce."""
    parts = (part.split() for part in _NONCE.sub(ANY_NONCE, header).split(";"))
    return {part[0]: frozenset(part[1:]) for part in parts if part}


def _sources(*values: object) -> frozenset[str]:
    sources: set[str] = set()
    for value in values:
        if isinstance(value, str):
            sources |= set(value.split())
        elif isinstance(value, list | tuple | set):
            sources |= {ANY_NONCE if each is NONCE else str(each) for each in value}
    return frozenset(sources)
