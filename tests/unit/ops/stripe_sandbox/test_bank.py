"""The bank redirect: authorised, refused or left pending at the bank's page."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import stripe

BACK = "http://127.0.0.1/back"
BANK = {"type": "pay_by_bank"}


@pytest.fixture
def leave(api: Any) -> Callable[..., Any]:
    """Confirms a bank payment of 11.25 GBP."""

    def make(**params: Any) -> Any:
        given = {
            "amount": 1125,
            "currency": "gbp",
            "confirm": True,
            "payment_method_types": ["card", "pay_by_bank"],
            "payment_method_data": BANK,
            "return_url": BACK,
            **params,
        }
        return api.payment_intents.create({key: value for key, value in given.items() if value is not None})

    return make


@pytest.mark.parametrize(
    ("outcome", "redirect_status", "status"),
    [
        ("complete", "succeeded", "succeeded"),
        ("fail", "failed", "requires_payment_method"),
        ("pending", "pending", "processing"),
    ],
)
def test_the_payer_comes_back_with_what_the_bank_said(
    outcome: str, redirect_status: str, status: str, leave: Callable[..., Any], api: Any, http: httpx.Client
) -> None:
    intent = leave()
    assert (intent.status, intent.next_action.type) == ("requires_action", "redirect_to_url")
    assert http.get("/v3/challenge", params={"client_secret": intent.client_secret}).json()["type"] == "pay_by_bank"
    reply = http.post("/v3/authenticate", data={"client_secret": intent.client_secret, "outcome": outcome}).json()
    query = parse_qs(urlsplit(reply["return_url"]).query)
    assert (query["redirect_status"], query["payment_intent"]) == ([redirect_status], [intent.id])
    assert api.payment_intents.retrieve(intent.id).status == status


@pytest.mark.parametrize("status", ["succeeded", "failed"])
def test_a_pending_payment_is_settled_by_the_controls(
    status: str, leave: Callable[..., Any], api: Any, http: httpx.Client, control: httpx.Client
) -> None:
    intent = leave()
    http.post("/v3/authenticate", data={"client_secret": intent.client_secret, "outcome": "pending"})
    settled = control.post(f"/intents/{intent.id}", json={"status": status}).json()
    assert settled["status"] == ("succeeded" if status == "succeeded" else "requires_payment_method")
    if status == "succeeded":
        assert api.refunds.create({"payment_intent": intent.id}).destination_details.type == "pay_by_bank"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"return_url": None}, "A return_url must be specified"),
        ({"currency": "usd"}, "does not support the currency usd"),
        ({"payment_method_types": ["card"]}, r"\(pay_by_bank\) is not allowed for this PaymentIntent"),
        ({"payment_method_types": ["ideal"]}, "does not model the payment method type ideal"),
        ({"off_session": True}, "does not model pay_by_bank off session"),
    ],
)
def test_a_bank_payment_that_cannot_be_is_refused(
    change: dict[str, Any], message: str, leave: Callable[..., Any]
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=message):
        leave(**change)


def test_a_bank_is_neither_saved_nor_disputed(
    leave: Callable[..., Any], api: Any, http: httpx.Client, control: httpx.Client
) -> None:
    intent = leave()
    http.post("/v3/authenticate", data={"client_secret": intent.client_secret, "outcome": "complete"})
    refused = control.post("/disputes", json={"payment_intent": intent.id})
    assert refused.json()["error"]["code"] == "sandbox_unsupported"
    method = api.payment_methods.create(BANK)
    with pytest.raises(stripe.InvalidRequestError, match="saving payment methods of the type pay_by_bank"):
        api.payment_methods.attach(method.id, {"customer": api.customers.create().id})
