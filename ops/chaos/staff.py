"""Finance in the admin, a coordinator, a clerk in Stripe's dashboard, and banks: one after the other."""

from collections.abc import Sequence
from decimal import Decimal
from threading import Event
from typing import Any, Final

import httpx
import psycopg

from ops.chaos.browser import NoAnswer, Over, answered
from ops.chaos.decisions import Errand, errands
from ops.chaos.journal import Journal
from ops.chaos.world import PASSWORD, STAFF, World

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

    def __init__(self, seed: int, world: World, journal: Journal, over: Event) -> None:
        self.name, self.journal = "staff", journal
        self._world, self._errands = world, errands(seed)
        self._browser = world.browser(STAFF, over)

    def live(self) -> None:
        """Errand after errand."""
        try:
            for errand in self._errands:
                self._browser.wait(errand.pause)
                self._do(errand)
        except Over:
            pass
        except Exception as error:
            self.journal.broke(self.name, repr(error))

    def _do(self, errand: Errand) -> None:
        try:
            outcome = getattr(self, f"_{errand.kind}")(errand)
        except (NoAnswer, psycopg.OperationalError, httpx.HTTPError) as error:
            outcome = type(error).__name__
        self.journal.write(self.name, f"{errand.kind.replace('_', ' ')}: {outcome}")

    def _choose(self, rows: Sequence[dict[str, Any]], errand: Errand) -> dict[str, Any] | None:
        return rows[int(errand.which * len(rows))] if rows else None

    def _post(self, address: str, **form: Any) -> httpx.Response:
        """Send a form that moves money; where the portal asks who is there, answer and send it again."""
        reply = self._browser.post(address, **form)
        if reply.headers.get("Location", "").startswith(CONFIRM):
            self._browser.post(CONFIRM, password=PASSWORD)
            reply = self._browser.post(address, **form)
        return reply

    def _refund(self, errand: Errand) -> str:
        payment = self._choose(self._world.rows(PAID), errand)
        return "nothing to refund" if payment is None else self._refund_here(payment, errand)

    def _refund_at_stripe(self, errand: Errand) -> str:
        payment = self._choose(self._world.rows(PAID), errand)
        return "nothing to refund" if payment is None else self._refund_there(payment, errand)

    def _refund_beside(self, errand: Errand) -> str:
        """In the portal and in Stripe's dashboard at once: ours is reserved while the other one arrives."""
        payment = self._choose(self._world.rows(PAID), errand)
        if payment is None:
            return "nothing to refund"
        return f"here {self._refund_here(payment, errand)}, at Stripe {self._refund_there(payment, errand)}"

    def _refund_here(self, payment: dict[str, Any], errand: Errand) -> str:
        """Through the form, which some send twice."""
        form = {
            "amount": Decimal(_part(payment, errand)) / 100, "reason": "goodwill", "note": "", "token": errand.token,
        }  # fmt: skip
        address = f"/admin/payments/payment/{payment['id']}/refund/"
        replies = [self._post(address, **form) for _ in range(2 if errand.twice else 1)]
        return "asked" if replies[0].is_redirect else "refused"

    def _refund_there(self, payment: dict[str, Any], errand: Errand) -> str:
        """By a clerk in Stripe's dashboard, who knows nothing of our rows."""
        form = {"payment_intent": payment["intent_id"], "amount": _part(payment, errand)}
        return _said(answered(lambda: self._world.stack.sandbox.post("refunds", **form)))

    def _retry_refund(self, errand: Errand) -> str:
        refund = self._choose(self._world.rows(FAILED), errand)
        if refund is None:
            return "nothing failed"
        self._post(f"/admin/payments/refund/{refund['id']}/again/")
        return "asked"

    def _dispute(self, errand: Errand) -> str:
        payment = self._choose(self._world.rows(PAID), errand)
        if payment is None:
            return "nothing to dispute"
        return self._controlled("disputes", payment_intent=payment["intent_id"])

    def _close_dispute(self, errand: Errand) -> str:
        opened = [one for one in self._world.stack.sandbox.every("disputes") if one["status"] not in ("won", "lost")]
        dispute = self._choose(opened, errand)
        if dispute is None:
            return "nothing is disputed"
        return self._controlled(f"disputes/{dispute['id']}/close", status="won" if errand.won else "lost")

    def _escalate(self, errand: Errand) -> str:
        """An inquiry that becomes a chargeback at once: its events reach both workers together."""
        payment = self._choose(self._world.rows(PAID), errand)
        if payment is None:
            return "nothing to dispute"
        address = f"{self._world.stack.sandbox.url}/_control/disputes"
        body = {"payment_intent": payment["intent_id"], "inquiry": True}
        reply = answered(lambda: httpx.post(address, json=body, timeout=10))
        if reply.status_code != 200:
            return "refused"
        return self._controlled(f"disputes/{reply.json()['id']}/escalate")

    def _return_part(self, errand: Errand) -> str:
        """A bank gives part of a lost dispute back."""
        disputes = self._world.stack.sandbox.every("disputes")
        lost = [one for one in disputes if one["status"] == "lost" and len(one["balance_transactions"]) == 1]
        dispute = self._choose(lost, errand)
        if dispute is None:
            return "nothing was lost"
        return self._controlled(f"disputes/{dispute['id']}/reinstate", amount=max(1, dispute["amount"] // 4))

    def _cancel_session(self, errand: Errand) -> str:
        session = self._choose(self._world.rows(SESSIONS), errand)
        if session is None:
            return "no session is left"
        reply = self._post(f"/admin/desk/sessions/{session['id']}/cancel/", message="")
        return "done" if reply.is_redirect else "refused"

    def _controlled(self, path: str, **body: Any) -> str:
        address = f"{self._world.stack.sandbox.url}/_control/{path}"
        return _said(answered(lambda: httpx.post(address, json=body, timeout=10)))


def _part(payment: dict[str, Any], errand: Errand) -> int:
    """The errand's share of what can be refunded, in minor units."""
    return max(1, int(payment["refundable"] * errand.share))


def _said(reply: httpx.Response) -> str:
    return "done" if reply.status_code == 200 else "refused"
