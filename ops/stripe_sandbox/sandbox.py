"""The sandbox as a whole: what it remembers, what is due, what it sends, how it misbehaves."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Unpack

from . import clock
from .delivery import Delivery
from .faults import Faults
from .objects import account, balance_transaction, event
from .objects.balance_transaction import Facts
from .store import KINDS, Object, Store
from .timers import Timers

EVENTS_KEPT = 30 * 24 * 3600  # seconds, as at Stripe


@dataclass(frozen=True)
class Cause:
    """The API request that events are attributed to; empty when time caused them."""

    id: str | None = None
    idempotency_key: str | None = None


class Sandbox:
    """Everything runs on one event loop; work between two awaits is atomic."""

    def __init__(self, address: str = "http://127.0.0.1:8421", state: Path | None = None) -> None:
        """`address` is where the sandbox is reached; receipts name it. `state` is the file that keeps its memory."""
        self.address = address
        self.store = Store(state)
        self.faults = Faults()
        self.delivery = Delivery(self.store, self.faults)
        self.timers = Timers(self.store)
        self._cause = Cause()

    @contextmanager
    def caused_by(self, cause: Cause) -> Iterator[None]:
        self._cause = cause
        try:
            yield
        finally:
            self._cause = Cause()

    def emit(self, kind: str, subject: Object, previous: Object | None = None) -> Object:
        """Stores an event about the subject as it is now, and sends it."""
        recipients = self.delivery.recipients(kind)
        happened = event.build(kind, subject, previous, cause=asdict(self._cause), pending_webhooks=len(recipients))
        if happened["created"] < time.time() - EVENTS_KEPT:
            return happened  # of a history: Stripe has forgotten it
        self.store.put(happened)
        self.delivery.send(happened["id"], recipients)
        return happened

    def put(self, subject: Object, kind: str) -> Object:
        """Stores the subject, and an event about it."""
        self.store.put(subject)
        self.emit(kind, subject)
        return subject

    def change(self, old: Object, new: Object, kind: str) -> Object:
        """Stores what the subject has become, and an event that says what changed."""
        self.store.put(new)
        self.emit_change(kind, old, new)
        return new

    def forget_old_events(self) -> None:
        """Stripe keeps events for thirty days."""
        for happened in self.store["event"]:  # oldest first
            if happened["created"] >= clock.now() - EVENTS_KEPT:
                return
            self.store["event"].remove(happened["id"])

    def emit_change(self, kind: str, old: Object, new: Object) -> None:
        self.emit(kind, new, event.changes(old, new))

    def account(self) -> Object:
        """The one account, as the controls left it."""
        return account.build(self.store.note(account.ACCOUNT_ID))

    def move_money(self, kind: str, source: Object, amount: int, **facts: Unpack[Facts]) -> Object:
        """Records a balance transaction, signed: `amount` in the source's minor units, `fee` in the balance's."""
        currency, rate = self._settlement(source["currency"])
        moved = amount if rate is None else round(amount * rate)
        made = balance_transaction.build(kind, source, moved, currency=currency, exchange_rate=rate, **facts)
        return self.store.put(made)

    def settled(self, amount: int, currency: str) -> int:
        """The amount in minor units of the balance's currency."""
        rate = self._settlement(currency)[1]
        return amount if rate is None else round(amount * rate)

    def _settlement(self, currency: str) -> tuple[str, float | None]:
        """Currency of the balance that money in `currency` goes to, and its rate where that is another one."""
        rates = self.store.note(account.ACCOUNT_ID).get("exchange_rates", {})
        if currency not in rates:
            return currency, None
        return self.account()["default_currency"], rates[currency]

    def balance(self) -> dict[str, dict[str, int]]:
        """Sums of the balance transactions: currency -> reporting category, amount, fee, net."""
        sums: dict[str, Counter[str]] = {}
        for moved in self.store["balance_transaction"]:
            of_currency = sums.setdefault(moved["currency"], Counter())
            for part in ("amount", "fee", "net"):
                of_currency[part] += moved[part]
            of_currency[moved["reporting_category"]] += moved["amount"]
        return {currency: dict(parts) for currency, parts in sums.items()}

    def forget(self, keep: frozenset[str] = frozenset()) -> None:
        """Starts over, keeping the kinds named (and the secrets of kept webhook endpoints)."""
        self.timers.stop()
        self.delivery.forget()
        for kind in KINDS.keys() - keep - {"note"}:
            self.store[kind].clear()
        for note in self.store["note"]:
            if note["id"] not in self.store["webhook_endpoint"]:
                self.store["note"].remove(note["id"])
