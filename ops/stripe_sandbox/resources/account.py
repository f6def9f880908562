"""`/v1/account` and `/v1/balance`."""

import time
from collections import Counter

from ..api import Call, Endpoint
from ..errors import Object, not_found
from ..objects import account
from ..sandbox import Sandbox


def retrieve(box: Sandbox, call: Call) -> Object:
    wanted = call.path.get("id", account.ACCOUNT_ID)
    if wanted != account.ACCOUNT_ID:
        raise not_found("account", wanted, "account")
    return box.account()


def balance(box: Sandbox, _: Call) -> Object:
    available, pending = Counter[str](), Counter[str]()
    now = time.time()
    for moved in box.store["balance_transaction"]:
        (available if moved["available_on"] <= now else pending)[moved["currency"]] += moved["net"]
    return account.balance(available, pending)


ENDPOINTS = (
    Endpoint("GET", "/v1/account", retrieve),
    Endpoint("GET", "/v1/accounts/{id}", retrieve),
    Endpoint("GET", "/v1/balance", balance),
)
