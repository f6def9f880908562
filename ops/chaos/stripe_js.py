"""What a cardholder's browser does at Stripe: confirm an intent, pass or fail 3-D Secure; and what the bank decides."""

from dataclasses import dataclass
from typing import Any, Final

import httpx

from ops.chaos.browser import NoAnswer, answered

PUBLISHABLE_KEY: Final = "pk_test_" + "demo" * 6
ANSWERS_WITHIN: Final = 8.0


@dataclass(frozen=True, slots=True)
class StripeJsClient:
    """Stripe.js's part at the sandbox of `url`."""

    url: str

    def confirm(self, client_secret: str, card: str) -> str:
        """Pay with a card; returns the intent's status, `declined`, or `refused` (paid or cancelled already).

        Raises NoAnswer: then nobody knows whether it was paid.
        """
        intent_id = client_secret.partition("_secret_")[0]
        details = {"number": card, "exp_month": "12", "exp_year": "2034", "cvc": "123"}
        form = {f"payment_method_data[card][{name}]": value for name, value in details.items()}
        form |= {"payment_method_data[type]": "card", "key": PUBLISHABLE_KEY}
        form |= {"client_secret": client_secret, "use_stripe_sdk": "true"}
        return _outcome(self._post(f"/v1/payment_intents/{intent_id}/confirm", form))

    def authenticate(self, client_secret: str, *, passes: bool) -> str:
        """Press a button of the 3-D Secure page; returns as `confirm` does. Raises NoAnswer."""
        form = {"client_secret": client_secret, "outcome": "complete" if passes else "fail"}
        return _outcome(self._post("/v3/authenticate", form))

    def decide(self, client_secret: str, *, takes: bool) -> str:
        """The bank ends `processing`."""
        intent_id = client_secret.partition("_secret_")[0]
        status = "succeeded" if takes else "failed"
        reply = answered(
            lambda: httpx.post(f"{self.url}/_control/intents/{intent_id}", json={"status": status}, timeout=5)
        )
        return status if reply.status_code == 200 else "refused"

    def _post(self, path: str, form: dict[str, Any]) -> httpx.Response:
        return answered(lambda: httpx.post(f"{self.url}{path}", data=form, timeout=ANSWERS_WITHIN))


def _outcome(reply: httpx.Response) -> str:
    told = reply.json()
    if reply.status_code == 429:
        raise NoAnswer("429")
    if reply.status_code == 402 or told.get("error", {}).get("code") == "payment_intent_authentication_failure":
        return "declined"
    if reply.status_code != 200 or "error" in told:
        return "refused"
    return str(told.get("payment_intent", told)["status"])
