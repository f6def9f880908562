"""The endpoints of `/v1/`: which parameters they take and which flow they start."""

from itertools import chain

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

_MODULES = (account, charges, customers, disputes, events, files, ledger, payment_intents, payment_methods)
_MORE = (payouts, radar, refunds, webhook_endpoints)
ENDPOINTS: tuple[Endpoint, ...] = tuple(chain.from_iterable(module.ENDPOINTS for module in (*_MODULES, *_MORE)))
