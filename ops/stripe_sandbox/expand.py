"""`expand[]`: replaces an id by the object it names, up to four levels deep."""

from .errors import Object, invalid_request
from .objects import customer, payout
from .store import Store, Window

# Kind -> fields with the id of another object.
EXPANDABLE = {
    "payment_intent": "customer latest_charge payment_method review",
    "charge": "balance_transaction customer failure_balance_transaction payment_intent review",
    "refund": "balance_transaction charge failure_balance_transaction payment_intent",
    "dispute": "charge payment_intent",
    "balance_transaction": "source",
    "payment_method": "customer",
    "payout": "balance_transaction destination failure_balance_transaction",
    "radar.early_fraud_warning": "charge payment_intent",
    "review": "charge payment_intent",
}
# Fields that are not named after the kind of their object.
_KINDS = {
    "destination": "bank_account",
    "failure_balance_transaction": "balance_transaction",
    "latest_charge": "charge",
    "source": "charge",
}
_DEEPEST = 4
_SOURCES = {"ch": "charge", "re": "refund", "du": "dispute", "po": "payout"}


def expand(store: Store, subject: Object, paths: list[str]) -> None:
    """Expands in place. A path is dotted; lists take paths that begin with `data.`."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > _DEEPEST:
            raise invalid_request(f"You cannot expand more than {_DEEPEST} levels of a property. Property: {path}")
        _expand(store, subject, steps, path)


def _expand(store: Store, subject: Object, steps: list[str], path: str) -> None:
    if not steps or subject.get("deleted"):
        return
    name, *rest = steps
    if subject.get("object") == "list" and name == "data":
        for one in subject["data"]:
            _expand(store, one, rest, path)
    elif (subject.get("object"), name) == ("charge", "refunds"):
        subject.setdefault("refunds", _refunds(store, subject["id"]))
        _expand(store, subject["refunds"], rest, path)
    elif name in EXPANDABLE.get(str(subject.get("object")), "").split():
        if isinstance(subject.get(name), str):
            subject[name] = _fetch(store, _KINDS.get(name, name), subject[name])
        if subject.get(name) is not None:
            _expand(store, subject[name], rest, path)
    else:
        raise invalid_request(
            f"This property cannot be expanded ({path}). You may want to try expanding a parent property instead.",
            param="expand",
        )


def _fetch(store: Store, kind: str, object_id: str) -> Object:
    if kind == "customer":
        return store["customer"].get(object_id) or customer.deleted(object_id)
    if kind == "bank_account":
        return payout.bank_account()
    prefix = object_id.partition("_")[0]
    return store.get(_SOURCES.get(prefix, kind), object_id)


def _refunds(store: Store, charge_id: str) -> Object:
    ids, has_more = store["refund"].page(Window(limit=10), ("charge", charge_id))
    return {
        "object": "list",
        "data": [store.get("refund", one) for one in ids],
        "has_more": has_more,
        "url": f"/v1/charges/{charge_id}/refunds",
    }
