"""Deliveries: taken when Stripe signed them, stored once, answered without touching Stripe."""

import hmac
import json
import os
import time
import uuid
from hashlib import sha256
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from djstripe.models import WebhookEndpoint
from pytest_django import DjangoAssertNumQueries

from payments.domain.events import process_inbox
from payments.mirror import mirror_inbox
from payments.models import ReceivedEvent, UnreadableEvent
from tests.fakes import FakeGateway

SECRET = "whsec_test"
pytestmark = pytest.mark.django_db


@pytest.fixture
def address() -> str:
    identity = uuid.uuid4()
    WebhookEndpoint.objects.create(
        id="we_1", djstripe_uuid=identity, secret=SECRET, livemode=False, url="http://127.0.0.1/", enabled_events=["*"]
    )
    return f"/stripe/webhook/{identity}/"


def event(**changes: Any) -> dict[str, Any]:
    intent = {"id": "pi_1", "object": "payment_intent"}
    base = {"id": "evt_1", "type": "payment_intent.succeeded", "created": 1_790_000_000, "livemode": False}
    return {**base, "api_version": settings.STRIPE_API_VERSION, "data": {"object": intent}, **changes}


def signed(body: bytes, secret: str = SECRET, at: int | None = None) -> str:
    moment = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, sha256).hexdigest()
    return f"t={moment},v1={digest}"


def deliver(client: Client, address: str, body: bytes, signature: str | None = None) -> int:
    headers = {"Stripe-Signature": signed(body) if signature is None else signature}
    return client.post(address, body, content_type="application/json", headers=headers).status_code


def test_a_signed_event_is_stored_and_answered(client: Client, address: str, stripe: FakeGateway) -> None:
    assert deliver(client, address, json.dumps(event()).encode()) == 200
    row = ReceivedEvent.objects.get()
    assert (row.event_id, row.type, row.object_id) == ("evt_1", "payment_intent.succeeded", "pi_1")
    assert (row.ledger_state, row.mirror_state, stripe.calls) == ("received", "waiting", [])


def test_the_same_event_again_is_stored_once(client: Client, address: str) -> None:
    body = json.dumps(event()).encode()
    assert [deliver(client, address, body) for _ in range(3)] == [200, 200, 200]
    assert ReceivedEvent.objects.count() == 1


def test_taking_an_event_costs_one_query(
    client: Client, address: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    deliver(client, address, json.dumps(event()).encode())
    with django_assert_num_queries(1):
        deliver(client, address, json.dumps(event(id="evt_2")).encode())


@pytest.mark.django_db(transaction=True)
def test_an_event_is_taken_although_the_kept_connection_died(client: Client, address: str) -> None:
    deliver(client, address, json.dumps(event()).encode())
    address_of_database = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"
    with psycopg.connect(address_of_database, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    assert deliver(client, address, json.dumps(event(id="evt_2")).encode()) == 200
    assert ReceivedEvent.objects.count() == 2


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "nonsense",
        "t=1,v1=abc",
        signed(b"{}", "whsec_other"),
        signed(b"{}", at=1_000_000_000),
        "t=x,v1=\x00",
        "v1=é",
        f"t={int(time.time())},v1=é",
        f"t={'9' * 5000},v1=abc",
        f"t={'9' * 4000},v1=abc",
    ],
    ids=["missing", "nonsense", "bad", "forged", "stale", "garbage", "accent", "accent later", "endless", "long"],
)
def test_what_stripe_did_not_sign_is_refused(client: Client, address: str, signature: str) -> None:
    assert deliver(client, address, b"{}", signature) == 400
    assert not ReceivedEvent.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"[]",
        b"{}",
        b"",
        b'{"id": 1}',
        json.dumps(event(id="x" * 300)).encode(),
        json.dumps(event(created="yesterday")).encode(),
        json.dumps(event(data=None)).encode(),
        json.dumps(event(api_version="x" * 65)).encode(),
        json.dumps(event(livemode=True)).encode(),
        b"\xff\xfe",
        json.dumps(event()).encode().replace(b"pi_1", b"pi_\xe9"),
    ],
)
def test_what_is_signed_and_not_an_event_of_ours_is_kept(client: Client, address: str, body: bytes) -> None:
    """Refused, it would be sent again for three days."""
    assert [deliver(client, address, body) for _ in range(2)] == [200, 200]
    row = UnreadableEvent.objects.get()
    assert (bytes(row.body), row.event.type, row.event.ledger_state) == (body, "unreadable", "failed")


def thin(**changes: Any) -> bytes:
    """An event of Stripe's API v2, which names its object and does not hold it."""
    about = {"id": "mtr_1", "type": "billing.meter", "url": "/v1/billing/meters/mtr_1"}
    event = {
        "id": "evt_65R9Ijk8dKEYZcXeRWn16R9A7j1FSQ3w3TGDPLLGSM4CW0", "object": "v2.core.event", "context": None,
        "type": "v1.billing.meter.error_report_triggered", "livemode": False, "created": "2026-11-29T12:00:00.123Z",
        "related_object": about, "reason": None,
    }  # fmt: skip
    return json.dumps(event | changes).encode()


@pytest.mark.parametrize("about", [True, False])
def test_an_event_of_the_api_v2_is_kept_and_said_to_be_not_supported(about: bool, client: Client, address: str) -> None:
    body = thin() if about else thin(related_object=None)
    assert [deliver(client, address, body) for _ in range(2)] == [200, 200]
    process_inbox()
    mirror_inbox()
    row = ReceivedEvent.objects.get()
    assert (row.ledger_state, row.mirror_state, row.attempts) == ("unsupported", "skipped", 1)
    assert (row.get_ledger_state_display(), row.last_error) == ("Not supported", "")
    assert row.object_id == ("mtr_1" if about else "")


@pytest.mark.parametrize("created", ["yesterday", "2026-11-29T12:00:00", None, 1_790_000_000])
def test_one_of_the_api_v2_without_a_moment_is_kept_as_bytes(created: Any, client: Client, address: str) -> None:
    assert deliver(client, address, thin(created=created)) == 200
    assert UnreadableEvent.objects.count() == 1


def test_no_other_bytes_pass_for_those_that_were_signed(client: Client, address: str) -> None:
    assert deliver(client, address, b'{"id": "\xff"}', signed(b'{"id": "\xfe"}')) == 400
    assert deliver(client, address, '{"id": "�"}'.encode(), signed(b'{"id": "\xff"}')) == 400
    assert not ReceivedEvent.objects.exists()


def test_a_huge_body_is_refused(client: Client, address: str) -> None:
    assert deliver(client, address, b"x" * (256 * 1024 + 1)) == 413


def test_an_unknown_endpoint_is_refused(client: Client) -> None:
    assert deliver(client, f"/stripe/webhook/{uuid.uuid4()}/", json.dumps(event()).encode()) == 404


def test_an_event_of_an_unknown_type_is_stored(client: Client, address: str) -> None:
    strange = event(type="product.created", data={"object": {"object": "product", "id": "prod_1"}})
    assert deliver(client, address, json.dumps(strange).encode()) == 200
    assert ReceivedEvent.objects.get().type == "product.created"


def test_a_client_secret_is_not_stored(client: Client, address: str) -> None:
    intent = {"id": "pi_1", "object": "payment_intent", "client_secret": "pi_1_secret_x", "amount": 5}
    assert deliver(client, address, json.dumps(event(data={"object": intent})).encode()) == 200
    assert ReceivedEvent.objects.get().object_data == {"id": "pi_1", "object": "payment_intent", "amount": 5}


def test_nor_is_it_among_the_bytes_of_an_event_that_cannot_be_read(client: Client, address: str) -> None:
    body = b'{"id": "evt_1", "client_secret": "pi_1_secret_x", "amount": NaN}'
    assert deliver(client, address, body) == 200
    assert bytes(UnreadableEvent.objects.get().body) == b'{"id": "evt_1", "client_secret": null, "amount": NaN}'


def test_the_signing_secret_is_read_although_it_lies_in_clear(client: Client, address: str) -> None:
    """As the release before wrote it."""
    WebhookEndpoint.objects.update(secret=SECRET)
    assert deliver(client, address, json.dumps(event()).encode()) == 200
