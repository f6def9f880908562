"""What issuers and Radar say about a payment: early fraud warnings and reviews."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stripe

from .conftest import Inbox, eventually


def test_the_warned_card_gets_an_early_fraud_warning_that_a_refund_settles(
    api: Any, pay: Callable[..., Any], endpoint: Any, inbox: Inbox
) -> None:
    paid = pay("pm_card_createIssuerFraudRecord")
    (created,) = inbox.wait_for("radar.early_fraud_warning.created")
    warning = created["data"]["object"]
    assert (warning["charge"], warning["payment_intent"]) == (paid.latest_charge, paid.id)
    assert (warning["actionable"], warning["fraud_type"]) == (True, "misc")
    api.refunds.create({"payment_intent": paid.id, "amount": 100})
    assert api.radar.early_fraud_warnings.retrieve(warning["id"]).actionable is True
    api.refunds.create({"payment_intent": paid.id})
    (updated,) = inbox.wait_for("radar.early_fraud_warning.updated")
    assert updated["data"]["previous_attributes"] == {"actionable": True}
    listed = api.radar.early_fraud_warnings.list({"charge": paid.latest_charge}).data
    assert [(one.id, one.actionable) for one in listed] == [(warning["id"], False)]
    assert api.radar.early_fraud_warnings.list({"payment_intent": "pi_other"}).data == []


def test_a_warning_is_no_longer_actionable_once_the_charge_is_disputed(
    api: Any, pay: Callable[..., Any], control: httpx.Client
) -> None:
    paid = pay()
    body = {"payment_intent": paid.id, "fraud_type": "made_with_stolen_card"}
    warning = control.post("/early_fraud_warnings", json=body).json()
    assert (warning["fraud_type"], warning["actionable"]) == ("made_with_stolen_card", True)
    assert control.post("/early_fraud_warnings", json=body).status_code == 400
    wrong = control.post("/early_fraud_warnings", json={"payment_intent": paid.id, "fraud_type": "odd"})
    assert wrong.json()["error"]["param"] == "fraud_type"
    control.post("/disputes", json={"payment_intent": paid.id})
    assert api.radar.early_fraud_warnings.retrieve(warning["id"]).actionable is False


def test_a_payment_of_elevated_risk_succeeds_and_waits_for_a_review(
    api: Any, pay: Callable[..., Any], endpoint: Any, inbox: Inbox
) -> None:
    paid = pay("pm_card_riskLevelElevated")
    (opened,) = inbox.wait_for("review.opened")
    review = opened["data"]["object"]
    charge = api.charges.retrieve(paid.latest_charge)
    assert (paid.status, paid.review, charge.review) == ("succeeded", review["id"], review["id"])
    assert (charge.outcome.type, charge.outcome.risk_level) == ("manual_review", "elevated")
    assert [one.id for one in api.reviews.list().data] == [review["id"]]
    assert api.reviews.approve(review["id"]).closed_reason == "approved"
    inbox.wait_for("review.closed")
    assert api.reviews.list().data == []
    with pytest.raises(stripe.InvalidRequestError, match="already been closed"):
        api.reviews.approve(review["id"])


@pytest.mark.parametrize(
    ("reason", "closed"), [("requested_by_customer", "refunded"), ("fraudulent", "refunded_as_fraud")]
)
def test_a_full_refund_closes_the_review(
    reason: str, closed: str, api: Any, pay: Callable[..., Any], control: httpx.Client
) -> None:
    paid = pay()
    review = control.post("/reviews", json={"charge": paid.latest_charge}).json()
    assert (review["opened_reason"], review["open"]) == ("manual", True)
    api.refunds.create({"payment_intent": paid.id, "amount": 100})
    assert api.reviews.retrieve(review["id"]).open is True
    api.refunds.create({"payment_intent": paid.id, "reason": reason})
    assert api.reviews.retrieve(review["id"]).closed_reason == closed


def test_a_dispute_closes_the_review(api: Any, pay: Callable[..., Any], control: httpx.Client) -> None:
    paid = pay("pm_card_riskLevelElevated")
    control.post("/disputes", json={"payment_intent": paid.id})
    assert api.reviews.retrieve(paid.review).closed_reason == "disputed"


def test_the_highest_risk_is_blocked_by_the_default_rule(api: Any, pay: Callable[..., Any]) -> None:
    with pytest.raises(stripe.CardError) as declined:
        pay("pm_card_riskLevelHighest")
    charge: Any = declined.value.error.charge  # type: ignore[union-attr]
    assert eventually(lambda: api.charges.retrieve(charge)).outcome.type == "blocked"
