"""Natural, reversed, shuffled, once and twice: every delivery is taken, and the ledger ends the same."""

import hmac
import json
import logging
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from random import Random
from typing import Any

import httpx
import pytest
from django.test import Client
from djstripe.models import WebhookEndpoint
from pytest_django import Settings

from payments.domain.events import process_inbox
from payments.domain.invariants import INVARIANTS, violations
from payments.domain.reconciliation import reconcile
from payments.enums import DiscrepancyStatus, LedgerState, RunKind
from payments.models import Discrepancy, Payment, ReceivedEvent
from portal.bookings.models import Booking
from portal.common import clock
from tests.factories import BookingFactory
from tests.replays.at_stripe import AtStripe
from tests.replays.sequences import ENDS, End, Sequence
from tests.unit.ops.stripe_sandbox.conftest import SECRET_KEY, running_sandbox

pytestmark = pytest.mark.django_db
SECRET = "whsec_replays"
ORDERS = ("natural", "doubled", "reversed", "shuffled", "shuffled and doubled")
NOT_YET_OR_NEVER = (LedgerState.RECEIVED, LedgerState.FAILED)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    with running_sandbox() as (url, _):
        yield url


@pytest.fixture
def at_stripe(sandbox: str, settings: Settings) -> Iterator[AtStripe]:
    settings.STRIPE_API_BASE = sandbox
    settings.STRIPE_SECRET_KEY = SECRET_KEY
    with httpx.Client(timeout=20, trust_env=False) as client:
        client.post(f"{sandbox}/_control/reset", json={"webhook_endpoints": True}).raise_for_status()
        yield AtStripe(sandbox, client)


@pytest.fixture
def webhook(client: Client) -> "Webhook":
    return Webhook(client)


class Webhook:
    """The address that Stripe delivers to, and the worker behind it."""

    def __init__(self, client: Client) -> None:
        identity = uuid.uuid4()
        self._client, self._address = client, f"/stripe/webhook/{identity}/"
        WebhookEndpoint.objects.create(
            id="we_replays",
            djstripe_uuid=identity,
            secret=SECRET,
            livemode=False,
            url="http://127.0.0.1/",
            enabled_events=["*"],
        )

    def deliver(self, events: list[dict[str, Any]]) -> None:
        """One after the other, each worked off before the next one comes."""
        for event in events:
            assert self._post(json.dumps(event)) == 200
            process_inbox()

    def _post(self, body: str) -> int:
        moment = int(time.time())
        digest = hmac.new(SECRET.encode(), f"{moment}.{body}".encode(), sha256).hexdigest()
        headers = {"Stripe-Signature": f"t={moment},v1={digest}"}
        return self._client.post(self._address, body, content_type="application/json", headers=headers).status_code


def tell(webhook: Webhook, at_stripe: AtStripe, sequence: Iterator[None], order: str) -> None:
    """Let it happen, and deliver its events: as they come, or all of them afterwards in another order."""
    times, told = (2 if "doubled" in order else 1), 0
    for _ in sequence:
        if order in ("natural", "doubled"):
            fresh = at_stripe.events()[told:]
            told += len(fresh)
            webhook.deliver([event for event in fresh for _ in range(times)])
    late = list(reversed(at_stripe.events()[told:])) * times
    if "shuffled" in order:
        Random(order).shuffle(late)
    webhook.deliver(late)


def end_of(booking: Booking) -> End:
    """Where it is now."""
    booking.refresh_from_db()
    payment = Payment.objects.filter(booking=booking).latest("pk")
    open_kinds = Discrepancy.objects.filter(status=DiscrepancyStatus.OPEN).values_list("kind", flat=True)
    return End(
        booking=booking.status,
        payment=payment.status,
        refunded=payment.refunded_amount,
        disputed=payment.disputed_amount,
        attempts=payment.attempts.count(),
        open=tuple(sorted(open_kinds)),
    )


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("sequence", ENDS, ids=lambda sequence: sequence.__name__)
def test_the_ledger_ends_as_stripe_did(
    at_stripe: AtStripe,
    webhook: Webhook,
    caplog: pytest.LogCaptureFixture,
    sequence: Sequence,
    order: str,
) -> None:
    booking = BookingFactory()
    tell(webhook, at_stripe, sequence(at_stripe, booking), order)

    assert end_of(booking) == ENDS[sequence]
    assert not ReceivedEvent.objects.filter(ledger_state__in=NOT_YET_OR_NEVER).exists()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert violations(INVARIANTS) == []
    run = reconcile(RunKind.FULL, clock.now() - timedelta(hours=1), clock.now(), heal_missed=True)
    assert (run.found, run.failed) == ({}, {})
    assert end_of(booking) == ENDS[sequence]
