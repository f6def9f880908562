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

ENDPOINTS: tuple[Endpoint, ...] = (
    *account.ENDPOINTS,
    *charges.ENDPOINTS,
    *customers.ENDPOINTS,
    *disputes.ENDPOINTS,
    *events.ENDPOINTS,
    *files.ENDPOINTS,
    *ledger.ENDPOINTS,
    *payment_intents.ENDPOINTS,
    *payment_methods.ENDPOINTS,
    *payouts.ENDPOINTS,
    *radar.ENDPOINTS,
    *refunds.ENDPOINTS,
    *webhook_endpoints.ENDPOINTS,
)
