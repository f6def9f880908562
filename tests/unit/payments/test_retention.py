"""Stripe's payloads are kept for ninety days; what became of each event is kept for good."""

import json
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from payments.domain import retention
from payments.domain.events import process_inbox
from payments.domain.retention import trim_payloads
from payments.models import ReceivedEvent
from portal.celery import app
from portal.common import clock
from tests.unit.payments.test_webhooks import address as address  # the fixture
from tests.unit.payments.test_webhooks import deliver, event

pytestmark = pytest.mark.django_db


def received(number: int, at: datetime, ledger: str = "applied", mirror: str = "mirrored") -> ReceivedEvent:
    return ReceivedEvent.objects.create(
        event_id=f"evt_{number}", type="charge.succeeded", livemode=False, created_at=at, received_at=at,
        payload={"data": {"object": {"id": "ch_1"}}}, ledger_state=ledger, mirror_state=mirror,
    )  # fmt: skip


def test_payloads_go_after_ninety_days_and_states_stay() -> None:
    now = clock.now()
    for number, days in enumerate((89, 90, 400)):
        received(number, now - timedelta(days=days))
    with time_machine.travel(now + timedelta(seconds=1), tick=False):
        assert (trim_payloads(), trim_payloads()) == (2, 0)
    rows = ReceivedEvent.objects.order_by("event_id")
    assert [row.payload is None for row in rows] == [False, True, True]
    assert {(row.ledger_state, row.mirror_state) for row in rows} == {("applied", "mirrored")}


@pytest.mark.parametrize(
    ("ledger", "mirror", "trimmed"),
    [
        ("received", "mirrored", 0),
        ("applied", "waiting", 0),
        ("failed", "mirrored", 1),
        ("unmatched", "failed", 1),
        ("ignored", "mirrored", 1),
        ("discrepancy", "mirrored", 1),
    ],
)
def test_only_what_still_waits_keeps_its_payload(ledger: str, mirror: str, trimmed: int) -> None:
    received(1, clock.now() - timedelta(days=100), ledger, mirror)
    assert trim_payloads() == trimmed


def test_many_are_trimmed_in_small_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for number in range(5):
        received(number, clock.now() - timedelta(days=91))
    with CaptureQueriesContext(connection) as captured:
        assert trim_payloads() == 5
    assert sum(query["sql"].startswith('UPDATE "payments_receivedevent"') for query in captured) == 3
    assert not any(query["sql"].startswith("SAVEPOINT") for query in captured)


def test_a_trimmed_event_that_comes_again_is_still_a_duplicate(client: Client, address: str) -> None:
    body = json.dumps(event(type="product.created")).encode()
    assert deliver(client, address, body) == 200
    process_inbox()
    ReceivedEvent.objects.update(received_at=clock.now() - timedelta(days=91), mirror_state="mirrored")
    assert trim_payloads() == 1
    assert deliver(client, address, body) == 200
    row = ReceivedEvent.objects.get()
    assert (row.ledger_state, row.payload, process_inbox()) == ("ignored", None, 0)


def test_beat_trims_every_day() -> None:
    [entry] = [e for e in app.conf.beat_schedule.values() if e["task"] == "payments.tasks.trim_payloads"]
    assert (entry["schedule"].hour, entry["schedule"].minute) == ({3}, {50})
    app.loader.import_default_modules()
    assert {e["task"] for e in app.conf.beat_schedule.values()} <= set(app.tasks)
