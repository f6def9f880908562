"""Finance in the admin, a coordinator, a clerk in Stripe's dashboard, and banks: one after the other."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from threading import Event
from typing import Any, Final

import httpx
import psycopg

from ops.chaos.browser import NoAnswer, Over, answered
from ops.chaos.event_log import EventLog
from ops.chaos.scenario import Errand, errands
from ops.chaos.world import STAFF, World
from ops.demo import PASSWORD

Row = dict[str, Any]
CONFIRM: Final = "/accounts/reauthenticate/"
PAID: Final = """
    SELECT id, intent_id, captured_amount - refunded_amount - pending_refund_amount AS refundable FROM payments_payment
    WHERE captured_amount > refunded_amount + pending_refund_amount AND intent_id IS NOT NULL ORDER BY id"""
FAILED: Final = "SELECT id FROM payments_refund WHERE status = 'failed' ORDER BY id"
SESSIONS: Final = """
    SELECT id FROM bookings_session
    WHERE status = 'open' AND service_id = (SELECT id FROM bookings_service WHERE slug = 'chaos-care') ORDER BY id"""


class Staff:
    """Does the errands of the seed until the load is over."""

    def __init__(self, seed: int, world: World, log: EventLog, over: Event) -> None:
        self.name, self.log = "staff", log
        self._world, self._errands, self._sandbox = world, errands(seed), world.stack.sandbox
        self._browser = world.browser(STAFF, over)
        paid, disputes = partial(world.rows, PAID), partial(self._sandbox.every, "disputes")
        # By errand: what there is to choose from, what to say when there is nothing, and what is done to the chosen.
        self._ways: dict[str, tuple[Callable[[], list[Row]], str, Callable[[Row, Errand], str]]] = {
            "refund": (paid, "nothing to refund", self._refund_here),
            "refund_at_stripe": (paid, "nothing to refund", self._refund_there),
            "refund_beside": (paid, "nothing to refund", self._refund_beside),
            "retry_refund": (partial(world.rows, FAILED), "nothing failed", self._retry_refund),
            "dispute": (paid, "nothing to dispute", self._dispute),
            "close_dispute": (lambda: list(filter(_is_open, disputes())), "nothing is disputed", self._close_dispute),
            "escalate": (paid, "nothing to dispute", self._escalate),
            "return_part": (lambda: list(filter(_is_lost, disputes())), "nothing was lost", self._return_part),
            "cancel_session": (partial(world.rows, SESSIONS), "no session is left", self._cancel_session),
        }

    def live(self) -> None:
        """Errand after errand."""
        try:
            for errand in self._errands:
                self._browser.wait(errand.pause)
                self._do(errand)
        except Over:
            pass
        except Exception as error:
            self.log.broke(self.name, repr(error))

    def _do(self, errand: Errand) -> None:
        choices, without, act = self._ways[errand.kind]
        try:
            rows = choices()
            outcome = act(rows[int(errand.which * len(rows))], errand) if rows else without
        except (NoAnswer, psycopg.OperationalError, httpx.HTTPError) as error:
            outcome = type(error).__name__
        self.log.write(self.name, f"{errand.kind.replace('_', ' ')}: {outcome}")

    def _post(self, address: str, **form: Any) -> httpx.Response:
        """Send a form that moves money; where the portal asks who is there, answer and send it again."""
        reply = self._browser.post(address, **form)
        if reply.headers.get("Location", "").startswith(CONFIRM):
            self._browser.post(CONFIRM, password=PASSWORD)
            reply = self._browser.post(address, **form)
        return reply

    def _refund_beside(self, payment: Row, errand: Errand) -> str:
        """In the portal and in Stripe's dashboard at once: ours is reserved while the other one arrives."""
        return f"here {self._refund_here(payment, errand)}, at Stripe {self._refund_there(payment, errand)}"

    def _refund_here(self, payment: Row, errand: Errand) -> str:
        """Through the form, which some send twice."""
        amount = Decimal(_part(payment, errand)) / 100
        form = {"amount": amount, "reason": "goodwill", "note": "", "token": errand.token}
        address = f"/admin/payments/payment/{payment['id']}/refund/"
        replies = [self._post(address, **form) for _ in range(2 if errand.twice else 1)]
        return "asked" if replies[0].is_redirect else "refused"

    def _refund_there(self, payment: Row, errand: Errand) -> str:
        """By a clerk in Stripe's dashboard, who knows nothing of our rows."""
        form = {"payment_intent": payment["intent_id"], "amount": _part(payment, errand)}
        return _said(answered(lambda: self._sandbox.post("refunds", **form)))

    def _retry_refund(self, refund: Row, errand: Errand) -> str:
        self._post(f"/admin/payments/refund/{refund['id']}/again/")
        return "asked"

    def _dispute(self, payment: Row, errand: Errand) -> str:
        return _said(self._control("disputes", payment_intent=payment["intent_id"]))

    def _close_dispute(self, dispute: Row, errand: Errand) -> str:
        return _said(self._control(f"disputes/{dispute['id']}/close", status="won" if errand.won else "lost"))

    def _escalate(self, payment: Row, errand: Errand) -> str:
        """An inquiry that becomes a chargeback at once: its events reach both workers together."""
        reply = self._control("disputes", payment_intent=payment["intent_id"], inquiry=True)
        return _said(self._control(f"disputes/{reply.json()['id']}/escalate") if reply.status_code == 200 else reply)

    def _return_part(self, dispute: Row, errand: Errand) -> str:
        """A bank gives part of a lost dispute back."""
        return _said(self._control(f"disputes/{dispute['id']}/reinstate", amount=max(1, dispute["amount"] // 4)))

    def _cancel_session(self, session: Row, errand: Errand) -> str:
        reply = self._post(f"/admin/desk/sessions/{session['id']}/cancel/", message="")
        return "done" if reply.is_redirect else "refused"

    def _control(self, path: str, **body: Any) -> httpx.Response:
        address = f"{self._sandbox.url}/_control/{path}"
        return answered(lambda: httpx.post(address, json=body, timeout=10))


def _is_open(dispute: Row) -> bool:
    return dispute["status"] not in ("won", "lost")


def _is_lost(dispute: Row) -> bool:
    """Lost, and nothing of it has come back yet."""
    return dispute["status"] == "lost" and len(dispute["balance_transactions"]) == 1


def _part(payment: Row, errand: Errand) -> int:
    """The errand's share of what can be refunded, in minor units."""
    return max(1, int(payment["refundable"] * errand.share))


def _said(reply: httpx.Response) -> str:
    return "done" if reply.status_code == 200 else "refused"
