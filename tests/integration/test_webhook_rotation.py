"""The runbook for a new signing secret, step by step against the sandbox: both secrets verify until one is ended."""

import hmac
import json
import re
import shlex
import time
from collections.abc import Iterator
from hashlib import sha256
from io import StringIO
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import stripe
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.test import Client
from djstripe.models import WebhookEndpoint
from pytest_django import Settings

from payments.domain.event_types import KNOWN_TYPES
from payments.models import ReceivedEvent
from portal.common.encryption import decrypt
from tests.services import ROOT
from tests.unit.ops.stripe_sandbox.conftest import SECRET_KEY, client_of, running_sandbox

pytestmark = pytest.mark.django_db
BASE = "https://portal.example.org"
RUNBOOK = ROOT / "docs/runbooks/rotate-webhook-secret.md"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running_sandbox() as (url, _):
        yield url


@pytest.fixture(autouse=True)
def at_the_sandbox(address: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    httpx.post(f"{address}/_control/reset", json={"webhook_endpoints": True})
    settings.STRIPE_SECRET_KEY = settings.STRIPE_TEST_SECRET_KEY = SECRET_KEY
    monkeypatch.setattr(stripe, "api_base", address)


def register(*options: str) -> dict[str, Any]:
    said = StringIO()
    call_command("register_webhook", BASE, "--json", *options, stdout=said)
    report: dict[str, Any] = json.loads(said.getvalue())
    return report


def at_stripe(address: str) -> set[str]:
    return {one.id for one in client_of(address).v1.webhook_endpoints.list().data}


def delivered(client: Client, endpoint: WebhookEndpoint, event_id: str) -> int:
    """The answer to an event that was signed with the endpoint's own secret, and sent to its own address."""
    body = json.dumps(
        {
            "id": event_id, "type": "charge.updated", "created": int(time.time()), "livemode": False,
            "data": {"object": {"id": "ch_1", "object": "charge"}},
        }
    ).encode()  # fmt: skip
    at = int(time.time())
    digest = hmac.new(decrypt(endpoint.secret).encode(), f"{at}.".encode() + body, sha256).hexdigest()
    path = urlsplit(endpoint.url).path
    headers = {"Stripe-Signature": f"t={at},v1={digest}"}
    return client.post(path, body, content_type="application/json", headers=headers).status_code


def test_the_runbook_gives_a_new_secret_without_losing_an_event(client: Client, address: str) -> None:
    commands = re.findall(r"^ *python manage\.py (register_webhook .*)$", RUNBOOK.read_text(), re.MULTILINE)
    assert len(commands) == 3
    register()
    old = WebhookEndpoint.objects.get()
    rotate, look, retire = (shlex.split(command) for command in commands)

    call_command(*rotate, stdout=StringIO())
    new = WebhookEndpoint.objects.exclude(pk=old.pk).get()
    assert decrypt(new.secret) != decrypt(old.secret)
    assert [delivered(client, endpoint, "evt_1") for endpoint in (old, new)] == [200, 200]
    assert ReceivedEvent.objects.count() == 1

    said = StringIO()
    call_command(*look, stdout=said)
    assert said.getvalue() == f"events go to {new.url}, and still to 1 older: end them with --retire\n"

    said = StringIO()
    call_command(*retire, stdout=said)
    assert said.getvalue() == f"events go to {new.url}; 1 older ended\n"
    caches["local"].clear()  # a minute later
    assert [delivered(client, endpoint, "evt_2") for endpoint in (old, new)] == [404, 200]
    assert at_stripe(address) == {new.id}
    assert list(WebhookEndpoint.objects.all()) == [new]


def test_registering_again_changes_nothing(address: str) -> None:
    assert register() == register()
    assert len(at_stripe(address)) == 1


def test_an_endpoint_that_an_earlier_release_made_is_told_of_new_kinds_of_events_too(address: str) -> None:
    made = register()["id"]
    client_of(address).v1.webhook_endpoints.update(made, {"enabled_events": ["charge.updated", "customer.created"]})
    secret = WebhookEndpoint.objects.get().secret
    assert register()["id"] == made
    asked = set(client_of(address).v1.webhook_endpoints.retrieve(made).enabled_events)
    endpoint = WebhookEndpoint.objects.get()
    assert asked == set(endpoint.enabled_events) == KNOWN_TYPES | {"customer.created"}
    assert endpoint.secret == secret


def test_one_that_is_told_of_everything_stays_so(address: str) -> None:
    made = register()["id"]
    client_of(address).v1.webhook_endpoints.update(made, {"enabled_events": ["*"]})
    register()
    assert list(client_of(address).v1.webhook_endpoints.retrieve(made).enabled_events) == ["*"]


def test_after_a_rotation_the_new_endpoint_is_the_one_that_is_found() -> None:
    register()
    new = register("--rotate")
    assert (register()["id"], register()["older"]) == (new["id"], 1)


def test_retiring_twice_is_the_same_as_once() -> None:
    register()
    register("--rotate")
    first = register("--retire")
    assert (first["retired"], register("--retire")) == (1, {**first, "retired": 0})


def test_an_endpoint_whose_secret_never_reached_us_is_ended_too(address: str) -> None:
    """The command died between Stripe's answer and our row."""
    client_of(address).v1.webhook_endpoints.create({"url": f"{BASE}/stripe/webhook/lost/", "enabled_events": ["*"]})
    kept = register("--rotate")
    assert (kept["older"], register("--retire")["retired"], at_stripe(address)) == (1, 1, {kept["id"]})


def test_a_row_whose_endpoint_is_gone_at_stripe_is_ended_too(address: str) -> None:
    """The command died between the two deletions."""
    register()
    gone = WebhookEndpoint.objects.get()
    register("--rotate")
    client_of(address).v1.webhook_endpoints.delete(gone.id)
    register("--retire")
    assert not WebhookEndpoint.objects.filter(pk=gone.pk).exists()


def test_another_portal_of_the_same_account_keeps_its_endpoint(address: str) -> None:
    other = client_of(address).v1.webhook_endpoints.create(
        {"url": "https://portal.example.org.uk/stripe/webhook/x/", "enabled_events": ["*"]}
    )
    register()
    register("--rotate")
    register("--retire")
    assert other.id in at_stripe(address)


def test_the_last_endpoint_is_never_ended(address: str) -> None:
    with pytest.raises(CommandError, match="Stripe sends nothing to the newest endpoint of this address"):
        register("--retire")
    made = register()
    client_of(address).v1.webhook_endpoints.update(made["id"], {"disabled": True})
    with pytest.raises(CommandError, match="Stripe sends nothing to the newest endpoint of this address"):
        register("--retire")
    assert at_stripe(address) == {made["id"]}
