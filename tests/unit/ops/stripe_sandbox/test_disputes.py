"""Disputes: by test card, on command, with evidence, closed either way."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stripe

from .conftest import Inbox, eventually


@pytest.mark.parametrize(
    ("method", "reason"),
    [("pm_card_createDispute", "fraudulent"), ("pm_card_createDisputeProductNotReceived", "product_not_received")],
)
def test_a_disputing_card_disputes_right_after_the_payment(
    method: str, reason: str, api: Any, pay: Callable[..., Any], endpoint: Any, inbox: Inbox
) -> None:
    paid = pay(method)
    created, withdrawn = inbox.wait_for("charge.dispute.created", "charge.dispute.funds_withdrawn")
    dispute = created["data"]["object"]
    assert (dispute["reason"], dispute["status"], dispute["amount"]) == (reason, "needs_response", 2500)
    assert dispute["payment_intent"] == paid.id
    assert dispute["is_charge_refundable"] is False
    (taken,) = withdrawn["data"]["object"]["balance_transactions"]
    assert (taken["amount"], taken["fee"], taken["reporting_category"]) == (-2500, 1500, "dispute")
    assert api.charges.retrieve(paid.latest_charge).disputed is True
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.refunds.create({"payment_intent": paid.id})
    assert refused.value.code == "charge_disputed"


@pytest.mark.parametrize(("status", "left"), [("won", 2500), ("lost", 0)])
def test_closing_returns_the_money_only_when_won(
    status: str,
    left: int,
    pay: Callable[..., Any],
    control: httpx.Client,
    endpoint: Any,
    inbox: Inbox,
) -> None:
    paid = pay()
    dispute = control.post("/disputes", json={"payment_intent": paid.id}).json()
    closed = control.post(f"/disputes/{dispute['id']}/close", json={"status": status}).json()
    assert closed["status"] == status
    inbox.wait_for("charge.dispute.closed")
    eventually(lambda: status == "lost" or "charge.dispute.funds_reinstated" in inbox.types())
    assert ("charge.dispute.funds_reinstated" in inbox.types()) == (status == "won")
    assert control.get("/balance").json()["balance"]["usd"]["amount"] == left
    again = control.post(f"/disputes/{dispute['id']}/close", json={"status": status})
    assert (again.status_code, again.json()["error"]["message"]) == (400, "This dispute is already closed.")


def test_an_inquiry_moves_no_money_and_leaves_the_charge_refundable(
    api: Any, pay: Callable[..., Any], control: httpx.Client
) -> None:
    paid = pay()
    dispute = control.post("/disputes", json={"charge": paid.latest_charge, "inquiry": True}).json()
    assert (dispute["status"], dispute["balance_transactions"]) == ("warning_needs_response", [])
    assert api.refunds.create({"payment_intent": paid.id}).status == "succeeded"
    closed = control.post(f"/disputes/{dispute['id']}/close", json={"status": "won"}).json()
    assert closed["status"] == "warning_closed"


def test_evidence_is_staged_submitted_and_decides(api: Any, pay: Callable[..., Any], control: httpx.Client) -> None:
    dispute = control.post("/disputes", json={"charge": pay().latest_charge}).json()["id"]
    staged = api.disputes.update(dispute, {"evidence": {"customer_name": "Ann"}, "submit": False})
    assert (staged.status, staged.evidence_details.submission_count) == ("needs_response", 0)
    sent = api.disputes.update(dispute, {"evidence": {"uncategorized_text": "She came"}})
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    assert api.disputes.update(dispute, {"evidence": {"uncategorized_text": "winning_evidence"}}).status == "won"


def test_accepting_a_dispute_loses_it(api: Any, pay: Callable[..., Any], control: httpx.Client) -> None:
    paid = pay()
    dispute = control.post("/disputes", json={"charge": paid.latest_charge, "amount": 900}).json()["id"]
    assert api.disputes.close(dispute).status == "lost"
    assert [one.id for one in api.disputes.list({"payment_intent": paid.id}).data] == [dispute]
    assert api.disputes.list({"charge": "ch_other"}).data == []
