"""Disputes: by test card, on command, with evidence, closed either way."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import httpx
import pytest
import stripe

from ops.stripe_sandbox.objects.dispute import EVIDENCE_FIELDS, FILE_FIELDS

from .conftest import Inbox, eventually

TEXTS = [name for name in EVIDENCE_FIELDS if name not in FILE_FIELDS]


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
    assert (sent.evidence_details.has_evidence, sent.evidence_details.past_due) == (True, False)


@pytest.mark.parametrize(
    ("text", "status", "returned"), [("winning_evidence", "won", (2500, -1500)), ("losing_evidence", "lost", None)]
)
def test_evidence_that_decides_is_under_review_and_decided_a_moment_later(
    text: str,
    status: str,
    returned: tuple[int, int] | None,
    api: Any,
    pay: Callable[..., Any],
    control: httpx.Client,
) -> None:
    dispute = control.post("/disputes", json={"charge": pay().latest_charge}).json()["id"]
    assert api.disputes.update(dispute, {"evidence": {"uncategorized_text": text}}).status == "under_review"
    eventually(lambda: api.disputes.retrieve(dispute).status == status)
    moved = [(one.amount, one.fee) for one in api.disputes.retrieve(dispute).balance_transactions]
    assert moved == [(-2500, 1500)] + ([returned] if returned else [])
    net = control.get("/balance").json()["balance"]["usd"]["net"]
    assert net == (2398 if returned else -1602)


def test_escalating_evidence_turns_an_inquiry_into_a_chargeback(
    api: Any, pay: Callable[..., Any], control: httpx.Client, endpoint: Any, inbox: Inbox
) -> None:
    dispute = control.post("/disputes", json={"charge": pay().latest_charge, "inquiry": True}).json()["id"]
    sent = api.disputes.update(dispute, {"evidence": {"uncategorized_text": "escalate_inquiry_evidence"}})
    assert sent.status == "warning_under_review"
    inbox.wait_for("charge.dispute.funds_withdrawn")
    escalated = api.disputes.retrieve(dispute)
    assert (escalated.status, escalated.is_charge_refundable) == ("needs_response", False)
    assert escalated.payment_method_details.card.case_type == "chargeback"
    assert [(one.amount, one.fee) for one in escalated.balance_transactions] == [(-2500, 1500)]
    again = control.post(f"/disputes/{dispute}/escalate", json={})
    assert (again.status_code, again.json()["error"]["message"]) == (
        400,
        "This dispute has a status of needs_response; only an open inquiry can escalate.",
    )


def test_losing_evidence_closes_an_inquiry_without_escalation(
    api: Any, pay: Callable[..., Any], control: httpx.Client
) -> None:
    dispute = control.post("/disputes", json={"charge": pay().latest_charge, "inquiry": True}).json()["id"]
    api.disputes.update(dispute, {"evidence": {"uncategorized_text": "losing_evidence"}})
    eventually(lambda: api.disputes.retrieve(dispute).status == "warning_closed")
    assert api.disputes.retrieve(dispute).balance_transactions == []


def test_evidence_names_files_that_were_uploaded(api: Any, pay: Callable[..., Any], control: httpx.Client) -> None:
    dispute = control.post("/disputes", json={"charge": pay().latest_charge}).json()["id"]
    receipt = BytesIO(b"%PDF-1.7 a receipt")
    receipt.name = "receipt.pdf"
    uploaded = api.files.create({"purpose": "dispute_evidence", "file": receipt})
    assert (uploaded.size, uploaded.type, uploaded.filename) == (18, "pdf", "receipt.pdf")
    staged = api.disputes.update(dispute, {"evidence": {"receipt": uploaded.id}, "submit": False})
    assert staged.evidence.receipt == uploaded.id
    with pytest.raises(stripe.InvalidRequestError, match="No such file upload: 'file_unknown'"):
        api.disputes.update(dispute, {"evidence": {"receipt": "file_unknown"}})
    assert [one.id for one in api.files.list().data] == [uploaded.id]


@pytest.mark.parametrize(
    ("content", "purpose", "message"),
    [
        (b"MZ executable", "dispute_evidence", "File for key file must be one of: JPEG, PDF, PNG."),
        (
            b"%PDF-" + bytes(5 * 1024 * 1024),
            "dispute_evidence",
            "File for key file exceeds the maximum size of 5 MB.",
        ),
        (b"%PDF-1.7", "identity_document", "does not model files with the purpose identity_document"),
    ],
    ids=["type", "size", "purpose"],
)
def test_a_file_that_is_no_evidence_is_refused(content: bytes, purpose: str, message: str, api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=message):
        api.files.create({"purpose": purpose, "file": BytesIO(content)})


def test_evidence_after_the_last_day_is_past_due_and_after_the_end_refused(
    api: Any, pay: Callable[..., Any], control: httpx.Client
) -> None:
    dispute = control.post("/disputes", json={"charge": pay().latest_charge, "due_by": 1_700_000_000}).json()["id"]
    assert api.disputes.update(dispute, {"evidence": {"customer_name": "Ann"}}).evidence_details.past_due is True
    long = dict.fromkeys(TEXTS, "a" * 20_000)
    with pytest.raises(stripe.InvalidRequestError, match="limited to 150,000"):
        api.disputes.update(dispute, {"evidence": long, "submit": False})
    api.disputes.close(dispute)
    assert api.disputes.update(dispute, {"metadata": {"seen": "yes"}}).metadata["seen"] == "yes"
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        api.disputes.update(dispute, {"evidence": {"customer_name": "Ann"}})


def test_a_charge_can_be_disputed_again_but_no_part_of_it_twice(
    api: Any, pay: Callable[..., Any], control: httpx.Client
) -> None:
    charge = pay().latest_charge
    first = control.post("/disputes", json={"charge": charge, "amount": 1000}).json()["id"]
    too_much = control.post("/disputes", json={"charge": charge, "amount": 1501})
    assert too_much.json()["error"]["message"] == "The disputed amount must be part of the charge."
    assert control.post("/disputes", json={"charge": charge}).json()["amount"] == 1500
    assert control.post("/disputes", json={"charge": charge}).status_code == 400
    control.post(f"/disputes/{first}/close", json={"status": "won"})
    assert control.post("/disputes", json={"charge": charge}).json()["amount"] == 1000


def test_the_card_with_several_disputes_is_disputed_in_two_parts(api: Any, pay: Callable[..., Any]) -> None:
    paid = pay("pm_card_createMultipleDisputes")
    listed = eventually(lambda: api.disputes.list({"payment_intent": paid.id}).data)
    assert sorted(one.amount for one in listed) == [1250, 1250]


def test_part_of_a_lost_dispute_can_come_back_later(api: Any, pay: Callable[..., Any], control: httpx.Client) -> None:
    dispute = control.post("/disputes", json={"charge": pay().latest_charge}).json()["id"]
    assert control.post(f"/disputes/{dispute}/reinstate", json={"amount": 900}).status_code == 400
    control.post(f"/disputes/{dispute}/close", json={"status": "lost"})
    assert control.post(f"/disputes/{dispute}/reinstate", json={"amount": 2501}).status_code == 400
    control.post(f"/disputes/{dispute}/reinstate", json={"amount": 900})
    returned = api.disputes.retrieve(dispute)
    assert (returned.status, [one.amount for one in returned.balance_transactions]) == ("lost", [-2500, 900])


def test_accepting_a_dispute_loses_it(api: Any, pay: Callable[..., Any], control: httpx.Client) -> None:
    paid = pay()
    dispute = control.post("/disputes", json={"charge": paid.latest_charge, "amount": 900}).json()["id"]
    assert api.disputes.close(dispute).status == "lost"
    assert [one.id for one in api.disputes.list({"payment_intent": paid.id}).data] == [dispute]
    assert api.disputes.list({"charge": "ch_other"}).data == []
