"""The command: what it keeps across restarts, and how it stops."""

import signal
import sqlite3
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from .conftest import Inbox, client_of, eventually, running_sandbox

PAID: Any = {"amount": 2500, "currency": "usd", "confirm": True}


def test_state_survives_a_restart_with_undelivered_and_unfinished_work(tmp_path: Path, inbox: Inbox) -> None:
    state = tmp_path / "nested" / "state.db"
    with running_sandbox("--state", str(state)) as (url, _):
        api = client_of(url).v1
        httpx.post(f"{url}/_control/faults", json={"webhooks": {"paused": True}})
        made = api.webhook_endpoints.create({"url": inbox.url, "enabled_events": ["payment_intent.succeeded"]})
        paid = api.payment_intents.create(PAID | {"payment_method": "pm_card_visa"}, {"idempotency_key": "before"})
        waiting = api.payment_intents.create(PAID | {"payment_method": "pm_card_pendingRefund"})
        refund = api.refunds.create({"payment_intent": waiting.id}).id
    assert inbox.received == []
    with running_sandbox("--state", str(state)) as (url, _):
        api = client_of(url).v1
        assert api.payment_intents.retrieve(paid.id).status == "succeeded"
        again = api.payment_intents.create(PAID | {"payment_method": "pm_card_visa"}, {"idempotency_key": "before"})
        assert again.id == paid.id
        assert [one.id for one in api.webhook_endpoints.list().data] == [made.id]
        eventually(lambda: len(inbox.received) == 2)
        eventually(lambda: api.refunds.retrieve(refund).status == "succeeded")
        assert [one.id for one in api.payment_intents.list().data] == [waiting.id, paid.id]


def test_a_change_is_on_disk_within_a_second_even_if_the_process_is_killed(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with running_sandbox("--state", str(state)) as (url, process):
        customer = client_of(url).v1.customers.create({"email": "a@example.com"}).id
        time.sleep(1)
        process.kill()
        process.wait(5)
    with sqlite3.connect(state) as database:
        rows = database.execute("SELECT id FROM objects WHERE kind = 'customer'").fetchall()
    assert rows == [(customer,)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_even_while_a_request_hangs(number: signal.Signals) -> None:
    with running_sandbox() as (url, process):
        httpx.post(f"{url}/_control/faults", json={"api": {"hang_next": 1}})
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{url}/v1/account", timeout=0.2)
        process.send_signal(number)
        assert process.wait(5) in {0, -number}
