"""Signed events that no JSON column takes are kept as bytes, shown, alerted on, and never sent back to Stripe."""

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import pytest
from django.test import Client

from payments.domain.invariants import INVARIANTS, violations
from payments.domain.retention import KEEP_PAYLOADS, trim_payloads
from payments.domain.unreadable import forget_bodies_about, keep
from payments.metrics import WEBHOOK_RECEIVED, _unreadable
from payments.models import ReceivedEvent, UnreadableEvent
from payments.tasks import process_inbox
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common import clock
from tests.unit.payments.test_webhooks import address, deliver, event  # noqa: F401 - a fixture of theirs

pytestmark = pytest.mark.django_db
DEEP = b'{"id": "evt_1", "data": ' + b'{"object":' * 5000 + b"1" + b"}" * 5001
NAMELESS = b'{"id": "evil", "x": NaN}'
HOSTILE = {
    "NUL": json.dumps(event(note="a\x00b")).encode(),
    "NUL in the id": json.dumps(event(id="evt_\x00")).encode(),
    "lone surrogate": json.dumps(event(note="\ud800")).encode(),
    "NaN": json.dumps(event(amount=float("nan"))).encode(),
    "infinity": json.dumps(event(amount=float("-inf"))).encode(),
    "too large": json.dumps(event(amount=123)).replace("123", "1e400").encode(),
    "endless digits": json.dumps(event()).replace("1790000000", "1" * 5000).encode(),
    "deep": DEEP,
    "rather deep": b'{"id": "evt_1", "x": ' + b"[" * 500 + b"]" * 500 + b"}",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_it_is_kept_byte_for_byte_once_and_answered(client: Client, address: str, body: bytes) -> None:  # noqa: F811
    assert [deliver(client, address, body) for _ in range(3)] == [200, 200, 200]
    row = UnreadableEvent.objects.get()
    assert bytes(row.body) == body
    assert (row.event.ledger_state, row.event.mirror_state, row.event.payload) == ("failed", "skipped", None)


def test_it_is_known_by_its_id_and_else_by_its_hash() -> None:
    assert keep(DEEP, "nested too deeply")
    assert keep(NAMELESS, "NaN")
    assert not keep(DEEP + b" ", "nested too deeply")
    ids = set(ReceivedEvent.objects.values_list("event_id", flat=True))
    assert ids == {"evt_1", f"sha256:{sha256(NAMELESS).hexdigest()}"}


def test_a_text_that_only_looks_like_one_is_an_event(client: Client, address: str) -> None:  # noqa: F811
    harmless = event(note="\\u0000 NaN \\ud800 😀", amount=1.5)
    assert deliver(client, address, json.dumps(harmless).encode()) == 200
    assert ReceivedEvent.objects.get().payload == harmless
    assert not UnreadableEvent.objects.exists()


def test_it_is_counted_and_the_worker_leaves_it_alone(client: Client, address: str) -> None:  # noqa: F811
    counted = WEBHOOK_RECEIVED.labels(type="unreadable", result="stored")._value
    before = counted.get()
    deliver(client, address, DEEP)
    process_inbox()
    assert counted.get() == before + 1
    assert ReceivedEvent.objects.get().ledger_state == "failed"
    assert violations(INVARIANTS) == []


def test_finance_sees_what_arrived_and_settles_it(client: Client, address: str, finance: Client) -> None:  # noqa: F811
    deliver(client, address, b'{"id": "evt_9", "x": "<script>", "y": NaN}')
    page = finance.get("/admin/webhooks/").content.decode()
    assert "NaN is not a number of JSON" in page
    assert "&lt;script&gt;" in page
    assert "evt_9" in finance.get("/admin/payments/receivedevent/").content.decode()
    assert list(_unreadable()) == [([], 1)]
    page = finance.post("/admin/webhooks/settle/", {"event": "evt_9"}, follow=True).content.decode()
    assert "The event has been marked as resolved." in page
    assert list(_unreadable()) == [([], 0)]
    assert AuditEvent.objects.filter(action="event.settled").count() == 1
    page = finance.post("/admin/webhooks/settle/", {"event": "evt_9"}, follow=True).content.decode()
    assert "or has already been resolved" in page


def test_nobody_else_settles_it(client: Client, address: str, signed_in: Callable[[Role], Client]) -> None:  # noqa: F811
    deliver(client, address, DEEP)
    assert signed_in(Role.MANAGER).post("/admin/webhooks/settle/", {"event": "evt_1"}).status_code == 403
    assert ReceivedEvent.objects.get().ledger_state == "failed"


def test_its_bytes_go_with_the_person_and_with_time() -> None:
    keep(b'{"id": "evt_1", "pi": "pi_1", "x": NaN}', "NaN")
    keep(b'{"id": "evt_2", "pi": "pi_2", "x": NaN}', "NaN")
    assert forget_bodies_about(["pi_1"]) == 1
    assert UnreadableEvent.objects.get().event.event_id == "evt_2"
    ReceivedEvent.objects.update(received_at=clock.now() - KEEP_PAYLOADS + timedelta(days=1))
    trim_payloads()
    assert UnreadableEvent.objects.count() == 1
    ReceivedEvent.objects.update(received_at=clock.now() - KEEP_PAYLOADS)
    trim_payloads()
    assert (UnreadableEvent.objects.count(), ReceivedEvent.objects.count()) == (0, 2)
