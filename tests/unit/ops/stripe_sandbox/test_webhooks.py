"""Delivery: signed, concurrent, retried, recorded; and how it misbehaves on command."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stripe

from .conftest import Inbox, eventually

NEW = {"amount": 2500, "currency": "usd"}


def outcomes(control: httpx.Client) -> Counter[str]:
    return Counter(one["outcome"] for one in control.get("/deliveries").json()["deliveries"])


def test_an_endpoint_is_created_with_metadata_and_shows_its_secret_once(api: Any) -> None:
    made = api.webhook_endpoints.create(
        {"url": "http://127.0.0.1:1/hook", "enabled_events": ["*"], "metadata": {"djstripe_uuid": "u"}}
    )
    assert made.secret.startswith("whsec_")
    (listed,) = api.webhook_endpoints.list().data
    assert (listed.id, listed.metadata.djstripe_uuid, "secret" in listed) == (made.id, "u", False)
    changed = api.webhook_endpoints.update(made.id, {"disabled": True, "description": "old"})
    assert (changed.status, changed.description, "secret" in changed) == ("disabled", "old", False)
    assert api.webhook_endpoints.delete(made.id).deleted is True
    assert api.webhook_endpoints.list().data == []
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.webhook_endpoints.create({"url": "example.com", "enabled_events": ["*"]})
    assert refused.value.code == "url_invalid"


def test_a_delivery_carries_stripes_signature(api: Any, endpoint: Any, inbox: Inbox) -> None:
    intent = api.payment_intents.create(NEW)
    inbox.wait_for("payment_intent.created")
    (received,) = inbox.received
    event = stripe.Webhook.construct_event(received.body, received.signature, endpoint.secret)
    assert event.data.object.id == intent.id
    assert event.api_version == "2026-08-26.dahlia"
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(received.body + b" ", received.signature, endpoint.secret)


def test_only_enabled_endpoints_that_asked_for_the_type_hear_of_it(
    api: Any, endpoint: Any, inbox: Inbox, control: httpx.Client, pay: Callable[..., Any]
) -> None:
    narrow = {"enabled_events": ["charge.succeeded"]}
    api.webhook_endpoints.update(endpoint.id, narrow)
    off = api.webhook_endpoints.create({"url": inbox.url, "enabled_events": ["*"]})
    api.webhook_endpoints.update(off.id, {"disabled": True})
    pay()
    inbox.wait_for("charge.succeeded")
    eventually(lambda: len(api.events.list({"type": "charge.updated"}).data) == 1)
    eventually(lambda: control.get("/deliveries").json()["in_flight"] == 0)
    assert inbox.types() == ["charge.succeeded"]


def test_a_failed_delivery_is_tried_again_until_it_arrives(
    api: Any, endpoint: Any, inbox: Inbox, control: httpx.Client
) -> None:
    inbox.answers[:] = [500, 404]
    api.payment_intents.create(NEW)
    eventually(lambda: len(inbox.received) == 3)
    eventually(lambda: outcomes(control) == {"will_retry": 2, "delivered": 1})
    statuses = [one["status"] for one in control.get("/deliveries").json()["deliveries"]]
    assert statuses == [500, 404, 200]
    (event,) = api.events.list().data
    assert eventually(lambda: api.events.retrieve(event.id).pending_webhooks == 0)
    assert len({one.event["id"] for one in inbox.received}) == 1


def test_an_endpoint_that_is_not_on_this_machine_is_never_called(api: Any, control: httpx.Client) -> None:
    api.webhook_endpoints.create({"url": "https://portal.example/hook", "enabled_events": ["*"]})
    api.payment_intents.create(NEW)
    assert eventually(lambda: outcomes(control)) == {"not_local": 1}


def test_paused_deliveries_wait_for_their_release(api: Any, endpoint: Any, inbox: Inbox, control: httpx.Client) -> None:
    control.post("/faults", json={"webhooks": {"paused": True}})
    for _ in range(3):
        api.payment_intents.create(NEW)
    eventually(lambda: control.get("/deliveries").json()["held"] == 3)
    assert inbox.received == []
    assert control.post("/release").json() == {"released": 3}
    eventually(lambda: len(inbox.received) == 3)
    assert control.get("/faults").json()["webhooks"]["paused"] is False


def test_ending_the_pause_releases_and_keeping_it_holds_what_follows(
    api: Any, endpoint: Any, inbox: Inbox, control: httpx.Client
) -> None:
    control.post("/faults", json={"webhooks": {"paused": True}})
    api.payment_intents.create(NEW)
    assert control.post("/release", json={"keep_paused": True}).json() == {"released": 1}
    api.payment_intents.create(NEW)
    eventually(lambda: len(inbox.received) == 1)
    assert control.get("/deliveries").json()["held"] == 1
    control.post("/faults", json={"webhooks": {"paused": False}})
    eventually(lambda: len(inbox.received) == 2)


def test_duplicates_carry_the_same_event(api: Any, endpoint: Any, inbox: Inbox, control: httpx.Client) -> None:
    control.post("/faults", json={"webhooks": {"duplicate": 2}})
    api.payment_intents.create(NEW)
    eventually(lambda: len(inbox.received) == 3)
    assert len({one.event["id"] for one in inbox.received}) == 1


def test_dropped_deliveries_are_lost_until_sent_again(
    api: Any, endpoint: Any, inbox: Inbox, control: httpx.Client
) -> None:
    control.post("/faults", json={"webhooks": {"drop": 2}})
    for _ in range(3):
        api.payment_intents.create(NEW)
    eventually(lambda: outcomes(control) == {"dropped": 2, "delivered": 1})
    lost = next(one for one in control.get("/deliveries").json()["deliveries"] if one["outcome"] == "dropped")
    assert control.post(f"/events/{lost['event']}/resend").json() == {"resent_to": [endpoint.id]}
    eventually(lambda: lost["event"] in [one.event["id"] for one in inbox.received])


def test_a_drop_chance_of_one_loses_everything(api: Any, endpoint: Any, control: httpx.Client) -> None:
    control.post("/faults", json={"webhooks": {"drop": 1.0}})
    for _ in range(5):
        api.payment_intents.create(NEW)
    assert eventually(lambda: outcomes(control)) == {"dropped": 5}


def test_shuffled_deliveries_all_arrive_in_another_order(
    api: Any, endpoint: Any, inbox: Inbox, control: httpx.Client
) -> None:
    control.post("/faults", json={"webhooks": {"paused": True, "shuffle": True}, "seed": 7})
    made = [api.payment_intents.create(NEW).id for _ in range(20)]
    control.post("/release")
    eventually(lambda: len(inbox.received) == 20)
    arrived = [one.event["data"]["object"]["id"] for one in inbox.received]
    assert arrived != made
    assert sorted(arrived) == sorted(made)


def test_delay_postpones_the_first_attempt(api: Any, endpoint: Any, inbox: Inbox, control: httpx.Client) -> None:
    control.post("/faults", json={"webhooks": {"delay_ms": 400}})
    began = time.monotonic()
    api.payment_intents.create(NEW)
    eventually(lambda: inbox.received)
    assert time.monotonic() - began >= 0.4


def test_deliveries_are_sent_side_by_side(api: Any, endpoint: Any, inbox: Inbox, control: httpx.Client) -> None:
    control.post("/faults", json={"webhooks": {"paused": True, "delay_ms": 300}})
    for _ in range(20):
        api.payment_intents.create(NEW)
    began = time.monotonic()
    control.post("/release")
    eventually(lambda: len(inbox.received) == 20)
    assert time.monotonic() - began < 3  # one after another would take six seconds
