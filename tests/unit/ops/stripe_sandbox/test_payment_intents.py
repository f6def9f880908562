"""The life of a payment intent, as the official client sees it."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stripe

from .conftest import PUBLISHABLE_KEY, Inbox, error_of, eventually

NEW = {"amount": 2500, "currency": "usd"}


def types_of(api: Any) -> list[str]:
    """Every event's type, oldest first."""
    return [one.type for one in reversed(api.events.list({"limit": 100}).data)]


def test_a_new_intent_waits_for_a_payment_method_and_keeps_what_it_was_given(api: Any) -> None:
    intent = api.payment_intents.create(
        NEW | {"metadata": {"payment_id": "7"}, "receipt_email": "a@example.com", "description": "Booking R1"}
    )
    assert intent.status == "requires_payment_method"
    assert intent.client_secret.startswith(f"{intent.id}_secret_")
    assert intent.metadata.payment_id == "7"
    assert (intent.receipt_email, intent.description) == ("a@example.com", "Booking R1")
    assert intent.automatic_payment_methods.enabled is True
    assert types_of(api) == ["payment_intent.created"]


def test_a_payment_goes_from_method_to_confirmation_to_success(api: Any) -> None:
    intent = api.payment_intents.create(NEW)
    chosen = api.payment_intents.update(intent.id, {"payment_method": "pm_card_visa"})
    assert chosen.status == "requires_confirmation"
    paid = api.payment_intents.confirm(intent.id)
    assert (paid.status, paid.amount_received) == ("succeeded", 2500)
    charge = api.charges.retrieve(paid.latest_charge)
    assert (charge.amount, charge.paid, charge.payment_intent) == (2500, True, intent.id)
    assert charge.payment_method_details.card.last4 == "4242"
    assert types_of(api)[:3] == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


def test_the_charge_succeeds_before_its_balance_transaction_exists(
    pay: Callable[..., Any], endpoint: Any, inbox: Inbox, api: Any
) -> None:
    paid = pay()
    succeeded, updated = inbox.wait_for("charge.succeeded", "charge.updated")
    assert succeeded["data"]["object"]["balance_transaction"] is None
    assert updated["data"]["previous_attributes"] == {"balance_transaction": None}
    expanded = api.payment_intents.retrieve(paid.id, {"expand": ["latest_charge.balance_transaction"]})
    moved = expanded.latest_charge.balance_transaction
    assert (moved.amount, moved.fee, moved.net, moved.type) == (2500, 102, 2398, "charge")
    assert updated["data"]["object"]["balance_transaction"] == moved.id


def test_automatic_capture_has_its_balance_transaction_at_once(api: Any, pay: Callable[..., Any]) -> None:
    paid = pay(capture_method="automatic")
    assert api.charges.retrieve(paid.latest_charge).balance_transaction.startswith("txn_")


def test_a_decline_goes_back_to_the_start_and_the_next_card_succeeds(api: Any) -> None:
    intent = api.payment_intents.create(NEW)
    with pytest.raises(stripe.CardError) as declined:
        api.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa_chargeDeclined"})
    error = error_of(declined)
    assert declined.value.http_status == 402
    assert (error.code, error.decline_code, error.message) == (
        "card_declined",
        "generic_decline",
        "Your card was declined.",
    )
    assert error.payment_intent.status == "requires_payment_method"
    assert error.payment_intent.last_payment_error.charge == error.charge
    charge = api.charges.retrieve(error.charge)
    assert (charge.status, charge.failure_code, charge.outcome.reason) == (
        "failed",
        "card_declined",
        "generic_decline",
    )
    assert types_of(api) == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]
    assert api.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"}).status == "succeeded"
    assert len(api.charges.list({"payment_intent": intent.id}).data) == 2


@pytest.mark.parametrize("status", ["succeeded", "canceled", "processing"])
def test_a_payment_that_is_over_or_under_way_cannot_be_cancelled(
    status: str, api: Any, pay: Callable[..., Any]
) -> None:
    if status == "canceled":
        intent = api.payment_intents.cancel(api.payment_intents.create(NEW).id)
    else:
        intent = pay("pm_card_visa" if status == "succeeded" else "pm_card_sandboxProcessing")
    with pytest.raises(stripe.InvalidRequestError, match=f"status of {status}") as refused:
        api.payment_intents.cancel(intent.id)
    assert refused.value.code == "payment_intent_unexpected_state"
    assert error_of(refused).payment_intent.status == status


@pytest.mark.parametrize("method", [None, "pm_card_visa", "pm_card_authenticationRequired"])
def test_an_open_intent_can_be_cancelled_and_then_not_paid(method: str | None, api: Any) -> None:
    intent = api.payment_intents.create(NEW | ({"payment_method": method, "confirm": False} if method else {}))
    if method == "pm_card_authenticationRequired":
        assert api.payment_intents.confirm(intent.id).status == "requires_action"
    gone = api.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
    assert (gone.status, gone.cancellation_reason, gone.next_action) == ("canceled", "abandoned", None)
    assert types_of(api)[-1] == "payment_intent.canceled"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert refused.value.code == "payment_intent_unexpected_state"


def test_a_paid_intent_cannot_be_paid_again_or_change_its_amount(api: Any, pay: Callable[..., Any]) -> None:
    paid = pay()
    with pytest.raises(stripe.InvalidRequestError, match="already succeeded"):
        api.payment_intents.confirm(paid.id, {"payment_method": "pm_card_visa"})
    with pytest.raises(stripe.InvalidRequestError, match="amount could not be updated"):
        api.payment_intents.update(paid.id, {"amount": 100})
    assert api.payment_intents.update(paid.id, {"metadata": {"late": "yes"}}).metadata.late == "yes"
    assert len(api.charges.list({"payment_intent": paid.id}).data) == 1


def test_confirming_without_a_payment_method_says_so(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="missing a payment method"):
        api.payment_intents.confirm(api.payment_intents.create(NEW).id)


@pytest.mark.parametrize("passed", [True, False])
def test_three_d_secure_decides_the_payment(
    passed: bool, api: Any, pay: Callable[..., Any], http: httpx.Client
) -> None:
    intent = pay("pm_card_threeDSecure2Required")
    assert (intent.status, intent.next_action.type) == ("requires_action", "use_stripe_sdk")
    assert types_of(api)[-1] == "payment_intent.requires_action"
    form = {"client_secret": intent.client_secret, "outcome": "complete" if passed else "fail"}
    assert http.post("/v3/authenticate", data=form).status_code == 200
    after = api.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    if passed:
        assert after.status == "succeeded"
        assert after.latest_charge.payment_method_details.card.three_d_secure.result == "authenticated"
    else:
        assert (after.status, after.latest_charge) == ("requires_payment_method", None)
        assert after.last_payment_error.code == "payment_intent_authentication_failure"
    again = http.post("/v3/authenticate", data=form)
    assert again.json()["error"]["code"] == "payment_intent_unexpected_state"


def test_a_server_that_gives_a_return_url_is_redirected_and_back(
    api: Any, pay: Callable[..., Any], http: httpx.Client
) -> None:
    intent = pay("pm_card_authenticationRequired", return_url="http://127.0.0.1/back?a=1")
    assert intent.next_action.redirect_to_url.return_url == "http://127.0.0.1/back?a=1"
    form = {"client_secret": intent.client_secret, "outcome": "complete"}
    back = http.post("/v3/authenticate", data=form).json()["return_url"]
    assert back == (
        f"http://127.0.0.1/back?a=1&payment_intent={intent.id}"
        f"&payment_intent_client_secret={intent.client_secret}&redirect_status=succeeded"
    )


def test_off_session_a_card_that_wants_authentication_is_declined(pay: Callable[..., Any]) -> None:
    with pytest.raises(stripe.CardError) as declined:
        pay("pm_card_authenticationRequired", off_session=True)
    assert declined.value.code == "authentication_required"


def test_a_card_set_up_on_session_pays_off_session(api: Any, pay: Callable[..., Any], http: httpx.Client) -> None:
    customer = api.customers.create({"email": "ann@example.com"}).id
    first = pay("pm_card_authenticationRequiredOnSetup", customer=customer, setup_future_usage="off_session")
    http.post("/v3/authenticate", data={"client_secret": first.client_secret, "outcome": "complete"})
    method = api.payment_intents.retrieve(first.id).payment_method
    assert [one.id for one in api.customers.payment_methods.list(customer).data] == [method]
    assert pay(method, customer=customer, off_session=True).status == "succeeded"


@pytest.mark.parametrize("outcome", ["succeeded", "failed"])
def test_a_processing_payment_is_settled_by_the_control(outcome: str, api: Any, control: httpx.Client) -> None:
    intent = api.payment_intents.create(NEW)
    assert control.post(f"/intents/{intent.id}", json={"status": "processing"}).json()["status"] == "processing"
    assert types_of(api)[-1] == "payment_intent.processing"
    control.post(f"/intents/{intent.id}", json={"status": outcome})
    after = api.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert after.latest_charge.status == outcome
    assert after.status == ("succeeded" if outcome == "succeeded" else "requires_payment_method")
    refused = control.post(f"/intents/{intent.id}", json={"status": outcome})
    assert refused.status_code == 400


def test_stripe_cancelling_by_itself_says_why(api: Any, control: httpx.Client) -> None:
    intent = api.payment_intents.create(NEW)
    control.post(f"/intents/{intent.id}", json={"status": "canceled"})
    assert api.payment_intents.retrieve(intent.id).cancellation_reason == "automatic"


def test_a_browser_needs_the_client_secret_and_sees_only_its_part(http: httpx.Client, api: Any) -> None:
    intent = api.payment_intents.create(NEW | {"metadata": {"private": "yes"}, "customer": api.customers.create().id})
    browser = {"Authorization": f"Bearer {PUBLISHABLE_KEY}"}
    address = f"/v1/payment_intents/{intent.id}"
    seen = http.get(address, params={"client_secret": intent.client_secret}, headers=browser).json()
    assert seen["status"] == "requires_payment_method"
    assert seen.keys() & {"metadata", "customer", "latest_charge"} == set()
    assert http.get(address, headers=browser).json()["error"]["code"] == "parameter_missing"
    wrong = http.get(address, params={"client_secret": f"{intent.id}_secret_guess"}, headers=browser)
    assert wrong.status_code == 401
    for method, path in [("POST", "/v1/payment_intents"), ("POST", f"{address}/cancel"), ("GET", "/v1/charges")]:
        refused = http.request(method, path, headers=browser)
        assert refused.json()["error"]["code"] == "secret_key_required"


def test_a_browser_is_not_told_more_by_a_decline(http: httpx.Client, api: Any) -> None:
    intent = api.payment_intents.create(NEW | {"metadata": {"private": "yes"}})
    form = {
        "client_secret": intent.client_secret,
        "key": PUBLISHABLE_KEY,
        "payment_method_data[type]": "card",
        "payment_method_data[card][number]": "4000000000000002",
        "payment_method_data[card][exp_month]": "12",
        "payment_method_data[card][exp_year]": "34",
        "payment_method_data[card][cvc]": "123",
    }
    answer = httpx.post(f"{http.base_url}/v1/payment_intents/{intent.id}/confirm", data=form)
    assert answer.status_code == 402
    assert "metadata" not in answer.json()["error"]["payment_intent"]
    assert "4000000000000002" not in answer.text


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        (49, "usd", "amount_too_small"),
        (0, "usd", "parameter_invalid_integer"),
        (100_000_000, "usd", "amount_too_large"),
        (1001, "kwd", "parameter_invalid_integer"),
        (10050, "isk", "parameter_invalid_integer"),
        (100, "xyz", None),
    ],
)
def test_an_amount_that_cannot_be_charged_is_refused(amount: int, currency: str, code: str | None, api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.payment_intents.create({"amount": amount, "currency": currency})
    assert refused.value.code == code
    assert error_of(refused).param == ("currency" if currency == "xyz" else "amount")


@pytest.mark.parametrize(
    ("amount", "currency"), [(50, "usd"), (30, "gbp"), (50, "JPY"), (1000, "kwd"), (10_000, "isk"), (10_000, "ugx")]
)
def test_the_least_amount_of_a_currency_can_be_charged(amount: int, currency: str, api: Any) -> None:
    assert api.payment_intents.create({"amount": amount, "currency": currency}).currency == currency.lower()


def test_what_the_sandbox_does_not_model_is_refused_by_name(api: Any) -> None:
    for extra in (
        {"capture_method": "manual"},
        {"payment_method_types": ["ideal"]},
        {"transfer_data": {"destination": "acct_1"}},
    ):
        with pytest.raises(stripe.InvalidRequestError, match="sandbox does not model") as refused:
            api.payment_intents.create(NEW | extra)
        assert refused.value.code == "sandbox_unsupported"


def test_events_of_a_request_name_it(api: Any, pay: Callable[..., Any]) -> None:
    options = {"idempotency_key": "key-1"}
    made = api.payment_intents.create(NEW, options)
    (event,) = api.events.list({"type": "payment_intent.created"}).data
    assert event["request"]["idempotency_key"] == "key-1"
    assert event["request"]["id"] == made.last_response.headers["Request-Id"]
    pay()
    later = eventually(lambda: api.events.list({"type": "charge.updated"}).data)
    assert later[0]["request"]["id"] is None


def test_a_receipt_is_a_page_of_the_sandbox(api: Any, pay: Callable[..., Any], http: httpx.Client, url: str) -> None:
    paid = pay(description="<b>Booking</b> 7")
    charge = api.charges.retrieve(paid.latest_charge)
    assert charge.receipt_url == f"{url}/receipts/{charge.id}"
    shown = http.get(charge.receipt_url).text
    assert "Amount paid: $25.00 usd" in shown
    assert "visa ending in 4242" in shown
    assert "&lt;b&gt;Booking&lt;/b&gt; 7" in shown
    with pytest.raises(stripe.CardError) as declined:
        pay("pm_card_chargeDeclined")
    assert http.get(f"/receipts/{error_of(declined).charge}").status_code == 404
