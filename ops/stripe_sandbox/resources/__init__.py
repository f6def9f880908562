"""The endpoints of `/v1/`: which parameters they take and which flow they start."""

from ..api import Endpoint
from . import (
    account,
    charges,
    customers,
    disputes,
    events,
    files,
    ledger,
    payment_intents,
    payment_methods,
    payouts,
    radar,
    refunds,
    webhook_endpoints,
)

_MODULES = (
    account, charges, customers, disputes, events, files, ledger, payment_intents, payment_methods, payouts, radar,
    refunds, webhook_endpoints,
)  # fmt: skip
ENDPOINTS: tuple[Endpoint, ...] = tuple(endpoint for module in _MODULES for endpoint in module.ENDPOINTS)
