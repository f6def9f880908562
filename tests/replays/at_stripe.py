"""What happens at Stripe, done at the sandbox; the portal hears of it by the events alone."""

from dataclasses import dataclass
from typing import Any

import httpx

from payments.models import Payment
from tests.unit.ops.stripe_sandbox.conftest import PUBLISHABLE_KEY, SECRET_KEY, eventually


@dataclass(frozen=True)
class AtStripe:
    """The sandbox at `url`. Amounts in minor units."""

    url: str
    client: httpx.Client

    def pays(self, payment: Payment, card: str) -> None:
        """The cardholder confirms with a card, whatever becomes of it."""
        form = {
            "key": PUBLISHABLE_KEY,
            "client_secret": self._secret(payment),
            "use_stripe_sdk": "true",
            "payment_method_data[type]": "card",
            "payment_method_data[card][number]": card,
            "payment_method_data[card][exp_month]": "12",
            "payment_method_data[card][exp_year]": "2034",
            "payment_method_data[card][cvc]": "123",
        }
        reply = self.client.post(f"{self.url}/v1/payment_intents/{payment.intent_id}/confirm", data=form)
        assert reply.status_code in (200, 402), reply.text

    def authenticates(self, payment: Payment, *, passes: bool) -> None:
        """A button of the page for 3-D Secure."""
        form = {"client_secret": self._secret(payment), "outcome": "complete" if passes else "fail"}
        assert self.client.post(f"{self.url}/v3/authenticate", data=form).status_code < 500

    def intent(self, payment: Payment, status: str) -> None:
        """The bank ends `processing`, or Stripe cancels."""
        self._control(f"intents/{payment.intent_id}", status=status)

    def refund(self, payment: Payment, amount: int, **fields: str) -> str:
        """Made in Stripe's dashboard; returns its id."""
        form = {"payment_intent": str(payment.intent_id), "amount": str(amount), **fields}
        return str(self._api("POST", "refunds", data=form)["id"])

    def refund_becomes(self, refund_id: str, status: str) -> None:
        self._control(f"refunds/{refund_id}", status=status)

    def dispute(self, payment: Payment, **fields: Any) -> str:
        """The bank opens one; returns its id."""
        return str(self._control("disputes", payment_intent=payment.intent_id, **fields)["id"])

    def dispute_is(self, dispute_id: str, what: str, **fields: Any) -> None:
        """Of `close`, `escalate` and `reinstate`."""
        self._control(f"disputes/{dispute_id}/{what}", **fields)

    def fraud_warning(self, payment: Payment) -> None:
        """The card network calls it fraud before anybody disputes it."""
        self._control("early_fraud_warnings", payment_intent=payment.intent_id)

    def events(self) -> list[dict[str, Any]]:
        """All so far, oldest first, once every charge has its balance transaction."""
        eventually(self._has_booked_charges)
        return list(reversed(self._api("GET", "events", params={"limit": 100})["data"]))

    def _has_booked_charges(self) -> bool:
        charges = self._api("GET", "charges", params={"limit": 100})["data"]
        return all(charge["balance_transaction"] for charge in charges if charge["status"] == "succeeded")

    def _secret(self, payment: Payment) -> str:
        return str(self._api("GET", f"payment_intents/{payment.intent_id}")["client_secret"])

    def _api(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {SECRET_KEY}"}
        reply = self.client.request(method, f"{self.url}/v1/{path}", headers=headers, **options)
        found: dict[str, Any] = reply.raise_for_status().json()
        return found

    def _control(self, path: str, **body: Any) -> dict[str, Any]:
        done: dict[str, Any] = self.client.post(f"{self.url}/_control/{path}", json=body).raise_for_status().json()
        return done
