"""What Stripe does to the account: it stops charges or payouts, or keeps the balance in another currency."""

from ..errors import Object, invalid_request
from ..money import check_currency
from ..objects.account import ACCOUNT_ID
from ..objects.event import changes
from ..sandbox import Sandbox

CHANGEABLE = ("charges_enabled", "payouts_enabled", "default_currency", "exchange_rates")


def change(box: Sandbox, facts: Object) -> Object:
    """`exchange_rates` gives what one minor unit of a charged currency is in minor units of `default_currency`.

    A currency without a rate is not exchanged. Raises ValueError for a value of the wrong type.
    """
    for name in ("charges_enabled", "payouts_enabled"):
        if not isinstance(facts.get(name, True), bool):
            raise ValueError(f"{name} must be true or false")
    if "default_currency" in facts:
        facts["default_currency"] = check_currency(str(facts["default_currency"]))
    if "exchange_rates" in facts:
        facts["exchange_rates"] = {
            check_currency(currency): float(rate) for currency, rate in facts["exchange_rates"].items()
        }
    old = box.account()
    box.store.annotate(ACCOUNT_ID, **facts)
    changed = box.account()
    if changed != old:
        box.emit("account.updated", changed, changes(old, changed))
    return changed


def check_may_charge(box: Sandbox) -> None:
    if not box.account()["charges_enabled"]:
        raise invalid_request("Your account cannot currently make charges.")
