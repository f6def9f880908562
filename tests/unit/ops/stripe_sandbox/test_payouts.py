"""The balance on its way to the bank, and an account that Stripe restricts."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stripe

from ops.stripe_sandbox.flows import payouts
from ops.stripe_sandbox.sandbox import Sandbox

from .conftest import Inbox, eventually


def test_available_money_is_paid_out_with_what_it_consists_of(
    api: Any, pay: Callable[..., Any], control: httpx.Client, endpoint: Any, inbox: Inbox
) -> None:
    at_once = api.charges.retrieve(pay("pm_card_bypassPending", capture_method="automatic").latest_charge)
    later = api.charges.retrieve(pay(capture_method="automatic").latest_charge)
    (payout,) = control.post("/payouts", json={}).json()["payouts"]
    assert (payout["amount"], payout["currency"], payout["automatic"]) == (2398, "usd", True)
    inbox.wait_for("payout.created", "payout.paid", "payout.updated")
    assert api.payouts.retrieve(payout["id"]).status == "paid"
    contained = [one.id for one in api.balance_transactions.list({"payout": payout["id"]}).data]
    assert sorted(contained) == sorted([at_once.balance_transaction, payout["balance_transaction"]])
    assert api.balance_transactions.retrieve(later.balance_transaction).status == "pending"
    (second,) = control.post("/payouts", json={"pending": True}).json()["payouts"]
    assert [one.id for one in api.payouts.list({"status": "pending"}).data] == [second["id"]]
    assert api.balance_transactions.retrieve(later.balance_transaction).status == "available"
    assert control.post("/payouts", json={"pending": True}).json()["payouts"] == []


def test_a_failed_payout_comes_back_and_goes_out_again(
    api: Any, pay: Callable[..., Any], control: httpx.Client, endpoint: Any, inbox: Inbox
) -> None:
    pay("pm_card_bypassPending", capture_method="automatic")
    (payout,) = control.post("/payouts", json={}).json()["payouts"]
    eventually(lambda: api.payouts.retrieve(payout["id"]).status == "paid")
    failed = control.post(f"/payouts/{payout['id']}", json={"status": "failed"}).json()
    assert (failed["status"], failed["failure_code"]) == ("failed", "account_closed")
    (event,) = inbox.wait_for("payout.failed")
    assert event["data"]["object"]["failure_balance_transaction"] == failed["failure_balance_transaction"]
    assert control.post(f"/payouts/{payout['id']}", json={"status": "paid"}).status_code == 400
    assert [one["amount"] for one in control.post("/payouts", json={}).json()["payouts"]] == [2398]


def test_a_payout_by_hand_takes_what_is_available_and_no_more(
    api: Any, pay: Callable[..., Any], control: httpx.Client
) -> None:
    pay("pm_card_bypassPending", capture_method="automatic")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.payouts.create({"amount": 2399, "currency": "usd"})
    assert refused.value.code == "balance_insufficient"
    made = api.payouts.create({"amount": 2000, "currency": "usd", "metadata": {"by": "hand"}})
    assert (made.automatic, made.reconciliation_status, made.metadata["by"]) == (False, "not_applicable", "hand")
    assert [one["amount"] for one in control.post("/payouts", json={}).json()["payouts"]] == [398]


def test_automatic_payouts_wait_for_midnight_and_only_once() -> None:
    box = Sandbox()
    due = []
    box.timers.later = lambda seconds, action, target: due.append((seconds, action))  # type: ignore[method-assign]
    payouts.schedule(box)
    ((seconds, action),) = due
    assert (0 < seconds <= 24 * 3600, action) == (True, "pay_out_daily")
    box.store.put({"id": "job_1", "object": "job", "action": action, "target": "account", "due": 0})
    payouts.schedule(box)
    assert len(due) == 1


def test_a_restricted_account_neither_charges_nor_pays_out(
    api: Any, pay: Callable[..., Any], control: httpx.Client, endpoint: Any, inbox: Inbox
) -> None:
    pay("pm_card_bypassPending", capture_method="automatic")
    body = {"charges_enabled": False, "payouts_enabled": False}
    assert control.post("/account", json=body).json()["requirements"]["disabled_reason"] == "requirements.past_due"
    (event,) = inbox.wait_for("account.updated")
    assert event["data"]["previous_attributes"]["charges_enabled"] is True
    assert (api.accounts.retrieve_current().charges_enabled, event["data"]["object"]["payouts_enabled"]) == (
        False,
        False,
    )
    with pytest.raises(stripe.InvalidRequestError, match="cannot currently make charges"):
        pay()
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.payouts.create({"amount": 100, "currency": "usd"})
    assert refused.value.code == "payouts_not_allowed"
    assert control.post("/payouts", json={}).json()["payouts"] == []
    assert control.post("/account", json={"charges_enabled": "no"}).status_code == 400
    control.post("/account", json={"charges_enabled": True, "payouts_enabled": True})
    assert pay().status == "succeeded"


def test_a_balance_in_another_currency_has_a_rate(api: Any, pay: Callable[..., Any], control: httpx.Client) -> None:
    control.post("/account", json={"default_currency": "eur", "exchange_rates": {"gbp": 1.17}})
    paid = pay(currency="gbp", amount=1125, capture_method="automatic")
    moved = api.balance_transactions.retrieve(api.charges.retrieve(paid.latest_charge).balance_transaction)
    assert (moved.amount, moved.currency, moved.exchange_rate, moved.fee) == (1316, "eur", 1.17, 68)
    refund = api.refunds.create({"payment_intent": paid.id, "amount": 125})
    assert api.balance_transactions.retrieve(refund.balance_transaction).amount == -146
    dispute = control.post("/disputes", json={"payment_intent": paid.id}).json()
    (taken,) = dispute["balance_transactions"]
    assert (dispute["currency"], taken["currency"], taken["amount"], taken["fee"]) == ("gbp", "eur", -1170, 1500)
    assert pay(capture_method="automatic").currency == "usd"
    assert set(control.get("/balance").json()["balance"]) == {"eur", "usd"}
