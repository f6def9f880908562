"""Payouts: the available balance goes to the bank account, automatically once a day or when asked for.

Source: docs.stripe.com/payouts. A payout that fails comes back to the balance.
"""

from collections.abc import Iterable

from .. import clock
from ..errors import Object, invalid_request
from ..money import display
from ..objects import payout
from ..sandbox import Sandbox

PAID_AFTER = 0.5  # seconds; days at Stripe
STATUSES = ("paid", "failed")
_DAY = 24 * 3600
_FAILURE = ("account_closed", "The bank account has been closed.")


def schedule(box: Sandbox) -> None:
    """Automatic payouts run at midnight, UTC; one that is waiting already stays."""
    if not any(job["action"] == "pay_out_daily" for job in box.store["job"]):
        box.timers.later(_DAY - clock.now() % _DAY, "pay_out_daily", "account")


def pay_out_daily(box: Sandbox, _: str) -> None:
    """What happens at midnight; events of a month ago are forgotten then, too."""
    schedule(box)
    box.forget_old_events()
    settle(box)


def settle(box: Sandbox, *, whatever_is_pending: bool = False) -> list[Object]:
    """Pays out what is available.

    `whatever_is_pending` does not wait for the days until money becomes available.
    """
    now = clock.now()
    taken = {note["id"] for note in box.store["note"] if "payout" in note}
    left = (one for one in box.store["balance_transaction"] if one["id"] not in taken)
    return pay_out(box, [one for one in left if whatever_is_pending or one["available_on"] <= now])


def pay_out(box: Sandbox, those: Iterable[Object]) -> list[Object]:
    """One payout a currency of these balance transactions, which it remembers; nothing where they come to nothing."""
    now = clock.now()
    waiting: dict[str, list[Object]] = {}
    for moved in those:
        box.store.put(moved | {"status": "available", "available_on": min(moved["available_on"], now)})
        waiting.setdefault(moved["currency"], []).append(moved)
    if not box.account()["payouts_enabled"]:
        return []
    sums = {currency: sum(moved["net"] for moved in those) for currency, those in waiting.items()}
    return [
        _send(box, payout.build(sums[currency], currency, automatic=True, fields={}), those)
        for currency, those in sorted(waiting.items())
        if sums[currency] > 0
    ]


def create(box: Sandbox, amount: int, currency: str, fields: Object) -> Object:
    """A payout by hand; more than is available is refused."""
    if not box.account()["payouts_enabled"]:
        raise invalid_request("Your account currently has payouts disabled.", code="payouts_not_allowed")
    now = clock.now()
    all_moved = box.store["balance_transaction"]
    available = sum(one["net"] for one in all_moved if one["currency"] == currency and one["available_on"] <= now)
    if amount > available:
        raise invalid_request(
            f"You have insufficient funds in your Stripe account for this transfer: {display(available, currency)} "
            "is available.",
            code="balance_insufficient",
            param="amount",
        )
    return _send(box, payout.build(amount, currency, automatic=False, fields=fields), ())


def _send(box: Sandbox, sent: Object, contained: Iterable[Object]) -> Object:
    """What an automatic payout contains is never paid out again; one by hand is deducted from the next."""
    moved = box.move_money("payout", sent, -sent["amount"], available_at_once=True)
    sent["balance_transaction"] = moved["id"]
    box.store.put(sent)
    if sent["automatic"]:
        for one in (*contained, moved):
            box.store.annotate(one["id"], payout=sent["id"])
    box.emit("payout.created", sent)
    box.timers.later(PAID_AFTER, "pay_payout", sent["id"])
    return sent


def pay(box: Sandbox, payout_id: str) -> None:
    """The bank has it, as far as Stripe knows; it may still fail."""
    old = box.store.get("payout", payout_id)
    if old["status"] == "pending":
        move(box, old, "paid")


def move(box: Sandbox, old: Object, status: str) -> Object:
    """`paid`, or `failed`: also out of `paid`, for a bank may return the money days later."""
    if old["status"] == "failed" or old["status"] == status:
        raise invalid_request(f"This payout has a status of {old['status']}.")
    moved = old | {"status": status}
    if status == "failed":
        returned = box.move_money("payout_failure", old, old["amount"], available_at_once=True)
        moved["failure_balance_transaction"] = returned["id"]
        moved["failure_code"], moved["failure_message"] = _FAILURE
    box.store.put(moved)
    for kind in (f"payout.{status}", "payout.updated"):
        box.emit_change(kind, old, moved)
    return moved


def contents(box: Sandbox, payout_id: str) -> frozenset[str]:
    """Ids of the balance transactions of an automatic payout, its own too; Stripe knows none of one by hand."""
    return frozenset(note["id"] for note in box.store["note"].matching("payout", payout_id))
