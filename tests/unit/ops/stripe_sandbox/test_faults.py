"""How the API misbehaves on command, and what the control addresses refuse."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stripe

from .conftest import client_of

NEW = {"amount": 2500, "currency": "usd"}


def test_faults_are_off_and_updates_are_partial(control: httpx.Client) -> None:
    off = {
        "webhooks": {"paused": False, "duplicate": 0, "shuffle": False, "drop": 0, "delay_ms": 0},
        "api": {
            "latency_ms": 0,
            "fail_next": 0,
            "status": 500,
            "hang_next": 0,
            "lose_reply_next": 0,
            "rate_limit_per_s": 0,
            "path": "",
        },
        "seed": None,
    }
    assert control.get("/faults").json() == off
    changed = control.post("/faults", json={"api": {"latency_ms": 5}}).json()
    assert changed == off | {"api": off["api"] | {"latency_ms": 5}}  # type: ignore[operator]
    assert control.post("/faults", json={"api": {"latency_ms": None}}).json() == off


@pytest.mark.parametrize(
    "body",
    [{"api": {"latency": 5}}, {"api": {"latency_ms": -1}}, {"webhooks": {"paused": "yes"}}, {"other": {}}, {"api": 1}],
)
def test_an_unknown_or_impossible_fault_is_refused_and_changes_nothing(body: Any, control: httpx.Client) -> None:
    before = control.get("/faults").json()
    assert control.post("/faults", json=body).status_code == 400
    assert control.get("/faults").json() == before


def test_the_next_requests_fail_with_the_chosen_status_and_then_work(control: httpx.Client, http: httpx.Client) -> None:
    control.post("/faults", json={"api": {"fail_next": 2, "status": 503}})
    assert [http.get("/v1/account").status_code for _ in range(3)] == [503, 503, 200]


def test_a_fault_can_be_kept_to_one_path(control: httpx.Client, http: httpx.Client) -> None:
    control.post("/faults", json={"api": {"fail_next": 1, "path": "/v1/refunds"}})
    assert http.get("/v1/account").status_code == 200
    assert http.get("/v1/refunds").status_code == 500


def test_a_lost_reply_is_work_done_without_an_answer(control: httpx.Client, api: Any, http: httpx.Client) -> None:
    control.post("/faults", json={"api": {"lose_reply_next": 1}})
    with pytest.raises(httpx.RemoteProtocolError):
        http.post("/v1/payment_intents", data=NEW)
    assert len(api.payment_intents.list().data) == 1


def test_the_official_client_gets_over_a_lost_reply_without_paying_twice(
    url: str, control: httpx.Client, api: Any
) -> None:
    control.post("/faults", json={"api": {"lose_reply_next": 1}})
    made = client_of(url, retries=2).v1.payment_intents.create(
        {"amount": 2500, "currency": "usd", "confirm": True, "payment_method": "pm_card_visa"}
    )
    assert made.status == "succeeded"
    assert len(api.charges.list().data) == 1


def test_a_hanging_request_never_answers_and_does_no_work(control: httpx.Client, http: httpx.Client, api: Any) -> None:
    control.post("/faults", json={"api": {"hang_next": 1}})
    with pytest.raises(httpx.ReadTimeout):
        http.post("/v1/customers", timeout=0.5)
    assert api.customers.list().data == []


def test_latency_delays_an_answer(control: httpx.Client, http: httpx.Client) -> None:
    control.post("/faults", json={"api": {"latency_ms": 300}})
    began = time.monotonic()
    http.get("/v1/account")
    assert time.monotonic() - began >= 0.3


def test_a_rate_limit_answers_429(control: httpx.Client, api: Any, http: httpx.Client) -> None:
    control.post("/faults", json={"api": {"rate_limit_per_s": 2}})
    statuses = [http.get("/v1/account").status_code for _ in range(7)]
    assert 429 in statuses
    assert 200 in statuses
    control.post("/faults", json={"api": {"rate_limit_per_s": 0, "fail_next": 1, "status": 429}})
    with pytest.raises(stripe.RateLimitError):
        api.events.list()


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/disputes", {"charge": "ch_unknown"}, 404),
        ("/disputes", {"charge": "ch_unknown", "why": "x"}, 400),
        ("/disputes", {}, 400),
        ("/disputes/du_unknown/close", {"status": "won"}, 404),
        ("/disputes/du_unknown/close", {"status": "drawn"}, 400),
        ("/intents/pi_unknown", {"status": "succeeded"}, 404),
        ("/refunds/re_unknown", {"status": "lost"}, 400),
        ("/events/evt_unknown/resend", {}, 404),
        ("/seed_intents", {"count": 1, "amount": 1}, 400),
        ("/release", [], 400),
    ],
)
def test_a_mistaken_control_says_what_is_wrong(path: str, body: Any, status: int, control: httpx.Client) -> None:
    answer = control.post(path, json=body)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


def test_reset_forgets_all_but_the_webhook_endpoints(
    api: Any, control: httpx.Client, endpoint: Any, pay: Callable[..., Any]
) -> None:
    pay()
    control.post("/faults", json={"webhooks": {"paused": True}})
    assert control.post("/reset", json={"faults_only": True}).json() == {"reset": "faults"}
    assert len(api.payment_intents.list().data) == 1
    assert control.post("/reset").json() == {"reset": "all"}
    for kind in (api.payment_intents, api.charges, api.balance_transactions, api.events, api.payment_methods):
        assert kind.list().data == []
    assert control.get("/balance").json() == {"balance": {}}
    assert [one.id for one in api.webhook_endpoints.list().data] == [endpoint.id]
