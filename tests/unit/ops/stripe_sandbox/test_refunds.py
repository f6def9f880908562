"""Refunds: at once, in parts, pending first, failing later; and what they do to the balance."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stripe

from .conftest import Inbox


def usd(control: httpx.Client) -> dict[str, int]:
    sums: dict[str, int] = control.get("/balance").json()["balance"]["usd"]
    return sums


def test_parts_add_up_to_the_whole_and_no_further(api: Any, pay: Callable[..., Any]) -> None:
    paid = pay()
    first = api.refunds.create({"payment_intent": paid.id, "amount": 1000, "metadata": {"refund_id": "1"}})
    assert (first.status, first.amount, first.metadata.refund_id) == ("succeeded", 1000, "1")
    with pytest.raises(stripe.InvalidRequestError, match=r"\$15.01 usd\) is greater than unrefunded"):
        api.refunds.create({"charge": paid.latest_charge, "amount": 1501})
    assert api.refunds.create({"charge": paid.latest_charge}).amount == 1500
    charge = api.charges.retrieve(paid.latest_charge)
    assert (charge.amount_refunded, charge.refunded) == (2500, True)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.refunds.create({"payment_intent": paid.id})
    assert refused.value.code == "charge_already_refunded"
    assert [one.amount for one in api.refunds.list({"payment_intent": paid.id}).data] == [1500, 1000]
    assert [one.amount for one in api.refunds.list({"charge": paid.latest_charge}).data] == [1500, 1000]


def test_a_refund_tells_its_story_in_events(api: Any, pay: Callable[..., Any], endpoint: Any, inbox: Inbox) -> None:
    api.refunds.create({"payment_intent": pay().id, "amount": 500})
    created, refunded = inbox.wait_for("refund.created", "charge.refunded")
    assert created["data"]["object"]["amount"] == 500
    assert refunded["data"]["object"]["amount_refunded"] == 500
    assert refunded["data"]["previous_attributes"] == {"amount_refunded": 0}


def test_an_unpaid_intent_has_nothing_to_refund(api: Any) -> None:
    intent = api.payment_intents.create({"amount": 500, "currency": "usd"})
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        api.refunds.create({"payment_intent": intent.id})
    with pytest.raises(stripe.InvalidRequestError, match="payment_intent or charge"):
        api.refunds.create({"amount": 5})


def test_a_pending_refund_succeeds_soon_after(api: Any, pay: Callable[..., Any], endpoint: Any, inbox: Inbox) -> None:
    refund = api.refunds.create({"payment_intent": pay("pm_card_pendingRefund").id})
    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    (updated,) = inbox.wait_for("refund.updated")
    assert updated["data"]["object"]["status"] == "succeeded"
    assert updated["data"]["previous_attributes"]["status"] == "pending"
    assert api.refunds.retrieve(refund.id).status == "succeeded"


def test_a_refund_that_fails_later_gives_the_money_back_to_the_balance(
    api: Any, pay: Callable[..., Any], control: httpx.Client, endpoint: Any, inbox: Inbox
) -> None:
    paid = pay("pm_card_refundFail")
    refund = api.refunds.create({"payment_intent": paid.id})
    assert refund.status == "succeeded"
    assert usd(control)["amount"] == 0
    (failed,) = inbox.wait_for("refund.failed")
    assert failed["data"]["object"]["failure_reason"] == "expired_or_canceled_card"
    charge = api.charges.retrieve(paid.latest_charge)
    assert (charge.amount_refunded, charge.refunded) == (0, False)
    assert usd(control)["amount"] == 2500
    returned = api.balance_transactions.retrieve(failed["data"]["object"]["failure_balance_transaction"])
    assert (returned.type, returned.amount) == ("refund_failure", 2500)


def test_only_a_refund_that_requires_action_can_be_cancelled_through_the_api(
    api: Any, pay: Callable[..., Any], control: httpx.Client
) -> None:
    paid = pay()
    refund = api.refunds.create({"payment_intent": paid.id})
    with pytest.raises(stripe.InvalidRequestError, match="status of succeeded"):
        api.refunds.cancel(refund.id)
    control.post(f"/refunds/{refund.id}", json={"status": "requires_action"})
    assert api.refunds.cancel(refund.id).status == "canceled"
    assert api.charges.retrieve(paid.latest_charge).amount_refunded == 0


def test_a_refund_made_with_one_key_twice_is_made_once(api: Any, pay: Callable[..., Any]) -> None:
    paid = pay()
    params, options = {"payment_intent": paid.id, "amount": 700}, {"idempotency_key": "refund-1-1"}
    assert api.refunds.create(params, options).id == api.refunds.create(params, options).id
    assert api.charges.retrieve(paid.latest_charge).amount_refunded == 700
