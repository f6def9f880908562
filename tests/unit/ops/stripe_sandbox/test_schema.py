"""Every object validates under Stripe's published description, and has no key beyond it."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from ops.stripe_sandbox.api import Endpoint
from ops.stripe_sandbox.history import History
from ops.stripe_sandbox.resources import ENDPOINTS

from .conftest import ROOT, Inbox, error_of, eventually

SPEC = ROOT.parent / "shared/stripe-openapi/spec3.min.json"
# Kinds that our copy of the description lacks; the official client types their fields.
BEYOND_THE_DESCRIPTION = {"radar.early_fraud_warning": stripe.radar.EarlyFraudWarning, "review": stripe.Review}
CLASS_FACTS = {"OBJECT_NAME", "_inner_class_types"}
pytestmark = pytest.mark.skipif(not SPEC.exists(), reason="Stripe's OpenAPI description is absent")


def _strict(node: Any) -> Any:
    """OpenAPI 3.0 to JSON Schema: nullable, no discriminator; unlisted keys become errors."""
    if isinstance(node, list):
        return [_strict(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {key: _strict(value) for key, value in node.items() if key != "discriminator"}
    if "properties" in made and "additionalProperties" not in made:
        made["additionalProperties"] = False
    if made.pop("nullable", False):
        return {"anyOf": [made, {"type": "null"}]}
    return made


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    made: dict[str, Any] = _strict(json.loads(SPEC.read_text())["components"])
    return {"components": made}


@pytest.fixture
def check(spec: dict[str, Any], http: httpx.Client) -> Callable[..., Any]:
    """Fetches an address and validates what comes as the named schema."""

    def fetch(path: str, schema: str, **params: Any) -> Any:
        body = http.get(path, params=params).json()
        errors = problems(spec, schema, body)
        assert errors == [], json.dumps(body, indent=1)
        return body

    return fetch


def problems(spec: dict[str, Any], schema: str, body: Any) -> list[str]:
    validator = Draft202012Validator(spec | {"$ref": f"#/components/schemas/{schema}"})
    return [f"{list(one.path)}: {one.message[:300]}" for one in _leaves(validator, body)]


def _leaves(validator: Draft202012Validator, body: Any) -> Iterator[Any]:
    for error in validator.iter_errors(body):
        yield min(error.context, key=lambda one: -len(one.path)) if error.context else error


def test_the_check_itself_finds_wrong_types_and_unlisted_keys(spec: dict[str, Any]) -> None:
    customer = {"id": "cus_1", "object": "customer", "created": 1, "livemode": False}
    assert problems(spec, "customer", customer) == []
    assert len(problems(spec, "customer", customer | {"invented": 1})) == 1
    assert len(problems(spec, "customer", customer | {"created": "now"})) == 1


def test_an_intent_is_valid_in_every_status(
    check: Callable[..., Any],
    api: Any,
    pay: Callable[..., Any],
    control: httpx.Client,
) -> None:
    new = api.payment_intents.create({"amount": 500, "currency": "eur", "metadata": {"a": "b"}})
    typed = api.payment_intents.create({"amount": 500, "currency": "eur", "payment_method_types": ["card"]})
    chosen = api.payment_intents.create({"amount": 500, "currency": "jpy", "payment_method": "pm_card_visa"})
    action = pay("pm_card_threeDSecure2Required")
    redirecting = pay("pm_card_threeDSecure2Required", return_url="http://127.0.0.1/back")
    slow = pay("pm_card_sandboxProcessing")
    done = pay()
    cancelled = api.payment_intents.cancel(new.id, {"cancellation_reason": "abandoned"})
    with pytest.raises(stripe.CardError) as declined:
        pay("pm_card_visa_chargeDeclined")
    failed: Any = error_of(declined).payment_intent
    statuses = {
        typed.id: "requires_payment_method",
        chosen.id: "requires_confirmation",
        action.id: "requires_action",
        redirecting.id: "requires_action",
        slow.id: "processing",
        done.id: "succeeded",
        cancelled.id: "canceled",
        failed.id: "requires_payment_method",
    }
    for intent_id, status in statuses.items():
        assert check(f"/v1/payment_intents/{intent_id}", "payment_intent")["status"] == status
    check(
        f"/v1/payment_intents/{done.id}",
        "payment_intent",
        **{"expand[]": ["latest_charge.balance_transaction", "payment_method", "customer"]},
    )


def test_a_charge_is_valid_when_it_succeeds_fails_waits_or_is_refunded(
    check: Callable[..., Any], api: Any, pay: Callable[..., Any]
) -> None:
    paid = pay()
    for method in ("pm_card_visa_chargeDeclinedExpiredCard", "pm_card_radarBlock"):
        with pytest.raises(stripe.CardError) as declined:
            pay(method)
        check(f"/v1/charges/{error_of(declined).charge}", "charge")
    check(f"/v1/charges/{pay('pm_card_sandboxProcessing').latest_charge}", "charge")
    api.refunds.create({"payment_intent": paid.id, "amount": 100})
    expand = {"expand[]": ["refunds", "balance_transaction", "payment_intent", "refunds.data.charge"]}
    charge = check(f"/v1/charges/{paid.latest_charge}", "charge", **expand)
    assert [one["amount"] for one in charge["refunds"]["data"]] == [100]


@pytest.mark.parametrize("status", ["succeeded", "pending", "requires_action", "failed", "canceled"])
def test_a_refund_is_valid_in_every_status(
    status: str, check: Callable[..., Any], api: Any, pay: Callable[..., Any], control: httpx.Client
) -> None:
    refund = api.refunds.create({"payment_intent": pay().id, "reason": "duplicate"})
    if status != "succeeded":
        assert control.post(f"/refunds/{refund.id}", json={"status": status}).status_code == 200
    fetched = check(
        f"/v1/refunds/{refund.id}",
        "refund",
        **{"expand[]": ["charge", "payment_intent", "balance_transaction"]},
    )
    assert fetched["status"] == status


@pytest.mark.parametrize("inquiry", [False, True])
@pytest.mark.parametrize("verdict", [None, "won", "lost"])
def test_a_dispute_is_valid_open_and_closed(
    inquiry: bool,
    verdict: str | None,
    check: Callable[..., Any],
    pay: Callable[..., Any],
    control: httpx.Client,
) -> None:
    body = {"charge": pay().latest_charge, "inquiry": inquiry}
    dispute = control.post("/disputes", json=body).json()
    if verdict:
        control.post(f"/disputes/{dispute['id']}/close", json={"status": verdict})
    check(f"/v1/disputes/{dispute['id']}", "dispute", **{"expand[]": "charge"})
    check(f"/v1/charges/{dispute['charge']}", "charge")


def test_customers_methods_balance_and_lists_are_valid(
    check: Callable[..., Any], api: Any, pay: Callable[..., Any], spec: dict[str, Any]
) -> None:
    shipping = {"name": "Ann", "address": {"line1": "1 Main Street"}}
    customer = api.customers.create({"email": "ann@example.com", "shipping": shipping, "address": {"city": "Ghent"}})
    method = api.payment_methods.attach("pm_card_mastercard", {"customer": customer.id})
    pay(method.id, customer=customer.id)
    check(f"/v1/customers/{customer.id}", "customer")
    check(f"/v1/payment_methods/{method.id}", "payment_method", **{"expand[]": "customer"})
    check("/v1/balance", "balance")
    for kind in ("customer", "payment_intent", "charge", "balance_transaction", "payment_method"):
        for one in api._requestor.request("get", f"/v1/{kind}s", base_address="api").data:
            check(f"/v1/{kind}s/{one.id}", kind)
    api.customers.delete(customer.id)
    check(f"/v1/customers/{customer.id}", "deleted_customer")


def test_a_bank_payment_is_valid_pending_and_paid(check: Callable[..., Any], api: Any, http: httpx.Client) -> None:
    for outcome in ("pending", "complete"):
        params = {
            "amount": 900,
            "currency": "gbp",
            "confirm": True,
            "payment_method_types": ["pay_by_bank"],
            "payment_method_data": {"type": "pay_by_bank"},
            "return_url": "http://127.0.0.1/back",
        }
        intent = api.payment_intents.create(params)
        check(f"/v1/payment_intents/{intent.id}", "payment_intent", **{"expand[]": "payment_method"})
        http.post("/v3/authenticate", data={"client_secret": intent.client_secret, "outcome": outcome})
        body = check(f"/v1/payment_intents/{intent.id}", "payment_intent", **{"expand[]": "latest_charge"})
    refund = api.refunds.create({"charge": body["latest_charge"]["id"]})
    check(f"/v1/refunds/{refund.id}", "refund")


def test_files_payouts_and_the_account_are_valid(
    check: Callable[..., Any], api: Any, pay: Callable[..., Any], control: httpx.Client
) -> None:
    uploaded = api.files.create({"purpose": "dispute_evidence", "file": BytesIO(b"%PDF-1.7")})
    check(f"/v1/files/{uploaded.id}", "file")
    pay("pm_card_bypassPending", capture_method="automatic")
    (payout,) = control.post("/payouts", json={}).json()["payouts"]
    check(f"/v1/payouts/{payout['id']}", "payout", **{"expand[]": "balance_transaction"})
    control.post(f"/payouts/{payout['id']}", json={"status": "failed"})
    failed = check(f"/v1/payouts/{payout['id']}", "payout", **{"expand[]": "failure_balance_transaction"})
    check(f"/v1/balance_transactions/{failed['balance_transaction']}", "balance_transaction", **{"expand[]": "source"})
    check("/v1/account", "account")
    control.post("/account", json={"charges_enabled": False, "exchange_rates": {"gbp": 1.17}})
    check("/v1/account", "account")


def test_every_event_is_valid_and_so_is_what_it_is_about(
    spec: dict[str, Any],
    api: Any,
    pay: Callable[..., Any],
    control: httpx.Client,
    endpoint: Any,
    inbox: Inbox,
) -> None:
    disputed = pay("pm_card_createDispute")
    refunded = pay("pm_card_refundFail")
    api.refunds.create({"payment_intent": refunded.id})
    with pytest.raises(stripe.CardError):
        pay("pm_card_visa_chargeDeclined")
    control.post(f"/intents/{pay('pm_card_sandboxProcessing').id}", json={"status": "failed"})
    pay("pm_card_authenticationRequired")
    (opened,) = inbox.wait_for("charge.dispute.created")
    dispute_id = opened["data"]["object"]["id"]
    api.disputes.update(dispute_id, {"evidence": {"uncategorized_text": "winning_evidence"}})
    warned = pay("pm_card_createIssuerFraudRecord")
    inbox.wait_for("radar.early_fraud_warning.created")
    api.refunds.create({"payment_intent": warned.id})
    api.reviews.approve(pay("pm_card_riskLevelElevated").review)
    (payout,) = control.post("/payouts", json={"pending": True}).json()["payouts"]
    control.post(f"/payouts/{payout['id']}", json={"status": "failed"})
    control.post("/payouts", json={"pending": True})
    control.post("/account", json={"payouts_enabled": False})
    expected = {
        "account.updated",
        "charge.dispute.closed",
        "charge.dispute.created",
        "charge.dispute.funds_reinstated",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
        "charge.failed",
        "charge.pending",
        "charge.refund.updated",
        "charge.refunded",
        "charge.succeeded",
        "charge.updated",
        "payment_intent.created",
        "payment_intent.payment_failed",
        "payment_intent.processing",
        "payment_intent.requires_action",
        "payment_intent.succeeded",
        "payout.created",
        "payout.failed",
        "payout.paid",
        "payout.updated",
        "radar.early_fraud_warning.created",
        "radar.early_fraud_warning.updated",
        "refund.created",
        "refund.failed",
        "refund.updated",
        "review.closed",
        "review.opened",
    }
    eventually(lambda: expected <= set(inbox.types()))
    assert set(inbox.types()) == expected
    for received in inbox.received:
        event = received.event
        assert problems(spec, "event", event) == []
        subject = event["data"]["object"]
        if subject["object"] in BEYOND_THE_DESCRIPTION:
            assert set(subject) == set(BEYOND_THE_DESCRIPTION[subject["object"]].__annotations__) - CLASS_FACTS
        else:
            assert problems(spec, subject["object"], subject) == []
    assert api.payment_intents.retrieve(disputed.id).status == "succeeded"


def test_an_error_has_stripes_shape(spec: dict[str, Any], http: httpx.Client, pay: Callable[..., Any]) -> None:
    declined = {"amount": 500, "currency": "usd", "confirm": "true"}
    answers = [
        http.post("/v1/payment_intents", data=declined | {"payment_method": "pm_card_chargeDeclined"}),
        http.post(f"/v1/payment_intents/{pay().id}/cancel"),
        http.get("/v1/payment_intents/pi_unknown"),
        http.get("/v1/nothing"),
        http.get("/v1/charges", params={"wrong": "1"}),
    ]
    assert [one.status_code for one in answers] == [402, 400, 404, 404, 400]
    for answer in answers:
        assert problems(spec, "error", answer.json()) == []


def test_what_a_history_leaves_behind_is_valid(spec: dict[str, Any], tmp_path: Path) -> None:
    history, at = History(tmp_path / "state.sqlite3"), datetime.now(UTC) - timedelta(days=20)
    intent = history.create_intent(at, 2500, "gbp", metadata={"payment_id": "1"})
    history.confirm_intent(at, intent["id"], "chargeDeclined")
    charge = history.confirm_intent(at, intent["id"], "visa")["latest_charge"]
    history.refund(at + timedelta(days=1), charge, 500, {})
    dispute = history.open_dispute(at + timedelta(days=2), charge, "fraudulent")
    history.close_dispute(at + timedelta(days=3), dispute["id"], "lost")
    history.cancel_intent(at, history.create_intent(at, 900, "gbp")["id"])
    history.finish(datetime.now(UTC))
    kinds = (
        "payment_intent",
        "payment_method",
        "charge",
        "refund",
        "dispute",
        "balance_transaction",
        "payout",
        "event",
    )
    for kind in kinds:
        assert len(history.box.store[kind]) > 0
        assert [wrong for one in history.box.store[kind] for wrong in problems(spec, kind, one)] == []


def test_every_documented_parameter_is_known_and_at_least_refused_by_name() -> None:
    paths = {_anonymous(path): actions for path, actions in json.loads(SPEC.read_text())["paths"].items()}
    unknown = {
        f"{one.method} {one.path}": missing
        for one in ENDPOINTS
        if not one.refused and (missing := _documented(paths, one) - set(one.params) - {"expand"})
    }
    assert unknown == {}


def _anonymous(path: str) -> str:
    return re.sub(r"{\w+}", "{}", path)


def _documented(paths: dict[str, Any], endpoint: Endpoint) -> set[str]:
    """Names of the parameters of the description; none where our copy of it lacks the address."""
    action = paths.get(_anonymous(endpoint.path), {}).get(endpoint.method.lower(), {})
    bodies = action.get("requestBody", {}).get("content", {}).values()
    in_query = {one["name"] for one in action.get("parameters", ()) if one["in"] == "query"}
    return in_query.union(*(body["schema"].get("properties", {}) for body in bodies))
