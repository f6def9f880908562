"""Keys, parameters, idempotency keys and lists: what every request goes through."""

import base64
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import stripe

from .conftest import SECRET_KEY

NEW = {"amount": 2500, "currency": "usd"}


def refusal(answer: httpx.Response) -> tuple[int, str | None, str | None]:
    error = answer.json()["error"]
    return answer.status_code, error.get("code"), error.get("param")


# Keys


@pytest.mark.parametrize("key", [SECRET_KEY, "rk_test_" + "b" * 24])
def test_a_test_key_works_as_bearer_and_as_basic_user(key: str, url: str) -> None:
    basic = base64.b64encode(f"{key}:".encode()).decode()
    for header in (f"Bearer {key}", f"Basic {basic}"):
        assert httpx.get(f"{url}/v1/account", headers={"Authorization": header}).status_code == 200


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        (None, "You did not provide an API key"),
        ("Bearer nonsense", "Invalid API Key provided: ****"),
        ("Bearer sk_live_" + "a" * 24, "refuses live keys"),
        ("Basic !!!", "You did not provide an API key"),
    ],
)
def test_anything_else_is_unauthorized(header: str | None, sentence: str, url: str) -> None:
    answer = httpx.get(f"{url}/v1/account", headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert sentence in answer.json()["error"]["message"]


def test_other_accounts_and_malformed_versions_are_refused(http: httpx.Client) -> None:
    own = http.get("/v1/account").json()["id"]
    assert http.get("/v1/charges", headers={"Stripe-Account": own}).status_code == 200
    other = http.get("/v1/charges", headers={"Stripe-Account": "acct_other"})
    assert refusal(other) == (403, "account_invalid", None)
    assert http.get("/v1/charges", headers={"Stripe-Version": "latest"}).status_code == 400


# Parameters


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"nonsense": "1"}, (400, "parameter_unknown", "nonsense")),
        ({"payment_method_options[card][x]": "1"}, (400, "parameter_unknown", "payment_method_options[card][x]")),
        ({"amount": "12.5"}, (400, "parameter_invalid_integer", "amount")),
        ({"amount": ""}, (400, "parameter_invalid_empty", "amount")),
        ({"amount[a]": "1"}, (400, None, "amount")),
        ({"confirm": "yes"}, (400, None, "confirm")),
        ({"capture_method": "sometimes"}, (400, None, "capture_method")),
        ({"metadata": "text"}, (400, None, "metadata")),
        ({"metadata[" + "k" * 41 + "]": "v"}, (400, None, "metadata[" + "k" * 41 + "]")),
        ({"metadata[k]": "v" * 501}, (400, None, "metadata[k]")),
        ({"payment_method_types": "card"}, (400, None, "payment_method_types")),
        (
            {"automatic_payment_methods[allow_redirects]": "never"},
            (400, "parameter_missing", "automatic_payment_methods[enabled]"),
        ),
        ({"customer": "cus_unknown"}, (400, "resource_missing", "customer")),
        ({"expand[]": "nonsense"}, (400, None, "expand")),
        ({"off_session": "true"}, (400, None, "off_session")),
    ],
)
def test_a_wrong_parameter_is_named(
    form: dict[str, str], expected: tuple[int, str | None, str], http: httpx.Client
) -> None:
    base = {"amount": "2500", "currency": "usd"}
    assert refusal(http.post("/v1/payment_intents", data=base | form)) == expected


def test_a_missing_parameter_is_named_and_several_unknown_ones_are_listed(http: httpx.Client) -> None:
    assert refusal(http.post("/v1/payment_intents", data={"currency": "usd"})) == (400, "parameter_missing", "amount")
    answer = http.post("/v1/customers", data={"a": "1", "b": "2"})
    assert answer.json()["error"]["message"] == "Received unknown parameters: a, b"


def test_addresses_that_do_not_exist_are_404(http: httpx.Client) -> None:
    assert refusal(http.get("/v1/payment_intents/pi_unknown")) == (404, "resource_missing", "intent")
    answer = http.post("/v1/invoices")
    assert answer.status_code == 404
    assert answer.json()["error"]["message"].startswith("Unrecognized request URL (POST: /v1/invoices)")


def test_metadata_is_merged_and_an_empty_value_removes_its_key(api: Any) -> None:
    customer = api.customers.create({"metadata": {"a": "1", "b": "2"}})
    merged = api.customers.update(customer.id, {"metadata": {"a": "", "c": "3"}})
    assert merged.metadata.to_dict() == {"b": "2", "c": "3"}
    assert api.customers.update(customer.id, {"metadata": ""}).metadata.to_dict() == {}


# Idempotency


def test_a_key_repeats_the_first_answer(http: httpx.Client, api: Any) -> None:
    headers = {"Idempotency-Key": "once"}
    first = http.post("/v1/payment_intents", data=NEW, headers=headers)
    again = http.post("/v1/payment_intents", data=NEW, headers=headers)
    assert again.text == first.text
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Original-Request"] == first.headers["Request-Id"]
    assert len(api.payment_intents.list().data) == 1


def test_a_key_is_refused_for_other_parameters_or_another_address(api: Any, http: httpx.Client) -> None:
    options = {"idempotency_key": "once"}
    api.payment_intents.create(NEW, options)
    with pytest.raises(stripe.IdempotencyError, match="same parameters they were first used with"):
        api.payment_intents.create(NEW | {"amount": 2600}, options)
    answer = http.post("/v1/customers", headers={"Idempotency-Key": "once"})
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "idempotency_error")


def test_a_decline_is_repeated_and_charges_nobody_twice(api: Any) -> None:
    intent = api.payment_intents.create(NEW)
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            api.payment_intents.confirm(
                intent.id, {"payment_method": "pm_card_chargeDeclined"}, {"idempotency_key": "try-1"}
            )
    assert len(api.charges.list({"payment_intent": intent.id}).data) == 1


def test_a_500_is_repeated_but_a_refused_parameter_frees_the_key(http: httpx.Client, control: httpx.Client) -> None:
    control.post("/faults", json={"api": {"fail_next": 1}})
    failed = [http.post("/v1/customers", headers={"Idempotency-Key": "broken"}) for _ in range(2)]
    assert [one.status_code for one in failed] == [500, 500]
    assert failed[1].headers["Idempotent-Replayed"] == "true"
    headers = {"Idempotency-Key": "typo"}
    assert http.post("/v1/customers", data={"emial": "a@example.com"}, headers=headers).status_code == 400
    assert http.post("/v1/customers", data={"email": "a@example.com"}, headers=headers).status_code == 200


def test_a_key_in_flight_is_a_conflict(http: httpx.Client, control: httpx.Client, api: Any) -> None:
    control.post("/faults", json={"api": {"latency_ms": 400}})

    def create(_: int) -> httpx.Response:
        return http.post("/v1/payment_intents", data=NEW, headers={"Idempotency-Key": "same"})

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(create, range(2)), key=lambda one: one.status_code)
    assert [one.status_code for one in answers] == [200, 409]
    assert refusal(answers[1]) == (409, "idempotency_key_in_use", None)
    control.post("/faults", json={"api": {"latency_ms": 0}})
    assert len(api.payment_intents.list().data) == 1


def test_two_changes_of_one_object_wait_for_each_other(http: httpx.Client, control: httpx.Client, api: Any) -> None:
    intent = api.payment_intents.create(NEW)
    control.post("/faults", json={"api": {"latency_ms": 2300}})

    def confirm(_: int) -> httpx.Response:
        return http.post(f"/v1/payment_intents/{intent.id}/confirm", data={"payment_method": "pm_card_visa"})

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(confirm, range(2)), key=lambda one: one.status_code)
    assert [one.status_code for one in answers] == [200, 429]
    assert refusal(answers[1])[1] == "lock_timeout"


# Lists


def test_pages_follow_each_other_newest_first_in_both_directions(api: Any) -> None:
    made = [api.customers.create({"name": str(number)}).id for number in range(5)]
    first = api.customers.list({"limit": 2})
    assert ([one.id for one in first.data], first.has_more) == (made[:2:-1], True)
    second = api.customers.list({"limit": 2, "starting_after": first.data[-1].id})
    assert ([one.id for one in second.data], second.has_more) == ([made[2], made[1]], True)
    last = api.customers.list({"limit": 2, "starting_after": second.data[-1].id})
    assert ([one.id for one in last.data], last.has_more) == ([made[0]], False)
    back = api.customers.list({"limit": 2, "ending_before": last.data[0].id})
    assert ([one.id for one in back.data], back.has_more) == ([made[2], made[1]], True)
    assert [one.id for one in api.customers.list({"limit": 2}).auto_paging_iter()] == made[::-1]
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        api.customers.list({"starting_after": "cus_unknown"})
    with pytest.raises(stripe.InvalidRequestError, match="less than or equal to 100"):
        api.customers.list({"limit": 101})


def test_intents_are_found_by_time_and_customer(api: Any, control: httpx.Client) -> None:
    seed = {"count": 10, "amount": 500, "currency": "usd", "created_from": 1000, "created_to": 1009}
    assert control.post("/seed_intents", json=seed).json() == {"created": 10}

    def times(**bounds: int) -> list[int]:
        return [one.created for one in api.payment_intents.list({"created": bounds, "limit": 100}).data]

    assert times(gte=1003, lt=1006) == [1005, 1004, 1003]
    assert times(gt=1003, lte=1005) == [1005, 1004]
    assert [one.created for one in api.payment_intents.list({"created": 1007}).data] == [1007]
    customer = api.customers.create().id
    mine = api.payment_intents.create(NEW | {"customer": customer}).id
    assert [one.id for one in api.payment_intents.list({"customer": customer}).data] == [mine]


def test_events_are_found_by_type_and_pattern(api: Any, pay: Callable[..., Any]) -> None:
    pay()
    assert {one.type for one in api.events.list({"type": "payment_intent.*"}).data} == {
        "payment_intent.created",
        "payment_intent.succeeded",
    }
    (only,) = api.events.list({"types": ["charge.succeeded"]}).data
    assert only.type == "charge.succeeded"
    assert only.data.object["object"] == "charge"


def test_lists_expand_what_they_hold(api: Any, pay: Callable[..., Any]) -> None:
    paid = pay(capture_method="automatic")
    (intent,) = api.payment_intents.list({"expand": ["data.latest_charge.balance_transaction"]}).data
    assert intent.latest_charge.id == paid.latest_charge
    assert intent.latest_charge.balance_transaction.net == 2398
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        api.payment_intents.list({"expand": ["latest_charge"]})


def test_many_intents_are_listed_in_pages_at_an_even_pace(http: httpx.Client, control: httpx.Client) -> None:
    control.post("/seed_intents", json={"count": 20_000, "amount": 500, "status": "succeeded"})

    def timed(cursor: str | None) -> tuple[float, dict[str, Any]]:
        began = time.perf_counter()
        params = {"limit": 100} | ({"starting_after": cursor} if cursor else {})
        body = http.get("/v1/payment_intents", params=params).json()
        return time.perf_counter() - began, body

    cursor, seen, times = None, set(), []
    for _ in range(200):
        elapsed, page = timed(cursor)
        times.append(elapsed)
        seen |= {one["id"] for one in page["data"]}
        cursor = page["data"][-1]["id"]
    assert len(seen) == 20_000
    assert page["has_more"] is False
    first, last = sorted(times[:100])[50], sorted(times[100:])[50]
    assert last < 5 * first


@pytest.mark.parametrize(
    ("path", "data", "what"),
    [
        ("/v1/charges", {"amount": "900", "currency": "usd"}, "creating charges directly"),
        ("/v1/payouts/po_1/reverse", {"metadata[a]": "b"}, "cancelling and reversing payouts"),
        ("/v1/customers", {"balance": "5"}, "the parameter balance"),
        ("/v1/payment_methods", {"type": "ideal"}, "the payment method type ideal"),
        ("/v1/disputes/du_1", {"evidence[enhanced_evidence][a]": "b"}, r"the parameter evidence\[enhanced_evidence\]"),
    ],
)
def test_what_is_not_modelled_is_refused_by_its_name(
    path: str, data: dict[str, str], what: str, http: httpx.Client
) -> None:
    error = http.post(path, data=data).json()["error"]
    assert error["code"] == "sandbox_unsupported"
    assert re.search(f"does not model {what}", error["message"])
