"""A past for a new sandbox: made by the flows that serve requests, with the clock set back.

What falls due after a call (a charge's balance transaction, a payout at the bank) happens at its time before the call
returns. Nothing is sent: there is no webhook endpoint yet. Events older than Stripe keeps are not kept here either.
"""

from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from . import clock
from .api import Call
from .errors import Object, StripeError
from .flows import disputes, due, payments, payouts, refunds
from .resources import payment_intents
from .sandbox import Sandbox
from .timers import Timers

DAY = 24 * 3600


class _Past(Timers):
    """Keeps what falls due until it is run."""

    def __init__(self) -> None:
        self.waiting: list[tuple[float, str, str]] = []

    def later(self, seconds: float, action: str, target: str) -> None:
        self.waiting.append((clock.now() + seconds, action, target))


class History:
    """Makes what happened. Times are aware; amounts are minor units; everything returned is Stripe's JSON."""

    def __init__(self, state: Path, address: str = "http://127.0.0.1:8421") -> None:
        """`state` is the file that `--state` reads afterwards; what it held is replaced. `address` is for receipts."""
        self.box = Sandbox(address)
        self._state = state
        self._past = _Past()
        self.box.timers = self._past
        self._actions = due.actions(self.box)

    def create_intent(self, at: datetime, amount: int, currency: str, **fields: Any) -> Object:
        """`fields` are parameters of the API: `description`, `metadata`, `receipt_email`."""
        params = {"amount": amount, "currency": currency.lower(), "payment_method_types": ["card"], **fields}
        return self._at(at, lambda: payment_intents.create(self.box, Call(params)))

    def confirm_intent(self, at: datetime, intent_id: str, card: str) -> Object:
        """With the test card `pm_card_<card>`; the intent as it then stands, declined too."""
        call = Call({"payment_method": f"pm_card_{card}"}, {"id": intent_id})

        def confirm() -> Object:
            try:
                return payment_intents.confirm(self.box, call)
            except StripeError as declined:
                return dict(declined.error["payment_intent"])

        return self._at(at, confirm)

    def cancel_intent(self, at: datetime, intent_id: str) -> Object:
        return self._at(at, lambda: payments.cancel(self.box, self._get("payment_intent", intent_id), None))

    def charge(self, charge_id: str) -> Object:
        """With its balance transaction expanded."""
        charge = self._get("charge", charge_id)
        return charge | {"balance_transaction": self._get("balance_transaction", charge["balance_transaction"])}

    def refund(self, at: datetime, charge_id: str, amount: int, metadata: dict[str, str]) -> Object:
        fields = {"metadata": metadata, "reason": None}
        return self._at(at, lambda: refunds.create(self.box, self._get("charge", charge_id), amount, fields))

    def open_dispute(self, at: datetime, charge_id: str, reason: str, *, inquiry: bool = False) -> Object:
        charge = self._get("charge", charge_id)
        return self._at(at, lambda: disputes.open_dispute(self.box, charge, reason=reason, inquiry=inquiry))

    def close_dispute(self, at: datetime, dispute_id: str, status: str) -> Object:
        return self._at(at, lambda: disputes.close(self.box, self._get("dispute", dispute_id), status))

    def events(self) -> list[Object]:
        """Those that Stripe still keeps, oldest first."""
        return list(self.box.store["event"])

    def finish(self, at: datetime) -> None:
        """Pays out each midnight what was available by then, and writes the state file."""
        moved = sorted(self.box.store["balance_transaction"], key=lambda one: int(one["available_on"]))
        for day, those in groupby(moved, key=lambda one: int(one["available_on"]) // DAY + 1):
            if day * DAY <= at.timestamp():
                with clock.at(day * DAY):
                    payouts.pay_out(self.box, those)
                    self._catch_up()
        for old in (self._state, *(self._state.with_name(self._state.name + end) for end in ("-wal", "-shm"))):
            old.unlink(missing_ok=True)
        self.box.store.copy_to(self._state)

    def _at(self, moment: datetime, work: Any) -> Object:
        with clock.at(moment.timestamp()):
            result: Object = work()
            self._catch_up()
        return result

    def _catch_up(self) -> None:
        while self._past.waiting:
            when, action, target = self._past.waiting.pop(0)
            with clock.at(when):
                self._actions[action](target)

    def _get(self, kind: str, object_id: str) -> Object:
        return self.box.store.get(kind, object_id)
