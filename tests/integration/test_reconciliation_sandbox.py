"""Reconciliation through the real client, against the Stripe sandbox in a process of its own."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx
import pytest
import time_machine
from pytest_django import Settings

from payments.domain.checkout import open_checkout
from payments.domain.event_types import KNOWN_TYPES
from payments.domain.events import process_inbox
from payments.domain.reconciliation import reconcile
from payments.enums import DiscrepancyStatus, PaymentStatus, RunKind, RunState
from payments.gateway import gateway
from payments.gateway.base import GatewayUnreachable
from payments.models import Discrepancy, Payment, ReconciliationRun, Refund
from portal.bookings.enums import BookingStatus
from portal.common import clock
from tests.factories import BookingFactory
from tests.unit.ops.stripe_sandbox.conftest import SECRET_KEY, client_of, eventually, running_sandbox

pytestmark = pytest.mark.django_db
MORE_THAN_A_PAGE = 103


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running_sandbox() as (url, _):
        yield url


@pytest.fixture(autouse=True)
def at_the_sandbox(address: str, settings: Settings) -> None:
    httpx.post(f"{address}/_control/reset", json={"webhook_endpoints": True})
    settings.STRIPE_API_BASE = address
    settings.STRIPE_SECRET_KEY = SECRET_KEY


def paid_unheard(address: str) -> Payment:
    """Paid at Stripe; no webhook goes anywhere."""
    payment = open_checkout(BookingFactory()).payment
    client_of(address).v1.payment_intents.confirm(str(payment.intent_id), {"payment_method": "pm_card_visa"})
    return payment


def run(kind: RunKind) -> ReconciliationRun:
    return reconcile(kind, clock.now() - timedelta(hours=1), clock.now(), heal_missed=True)


def event_types() -> set[str]:
    now = clock.now()
    window = now - timedelta(hours=1), now + timedelta(hours=1)
    return {event["type"] for event in gateway().events_between(*window, types=KNOWN_TYPES)}


def test_lists_are_read_to_their_last_page(address: str) -> None:
    made = set()
    for _ in range(MORE_THAN_A_PAGE):
        made.add(client_of(address).v1.payment_intents.create({"amount": 1125, "currency": "gbp"}).id)
    now = clock.now()
    listed = [intent.id for intent in gateway().intents_between(now - timedelta(hours=1), now + timedelta(minutes=1))]
    assert sorted(listed) == sorted(made)


def test_money_and_refund_that_were_unheard_of_are_healed_and_a_second_run_finds_nothing(address: str) -> None:
    payment = paid_unheard(address)
    client_of(address).v1.refunds.create({"payment_intent": str(payment.intent_id), "amount": 100})
    first, second = run(RunKind.FULL), run(RunKind.FULL)
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.PARTIALLY_REFUNDED
    assert Refund.objects.get(payment=payment).amount == payment.refunded_amount == 100
    assert first.healed == {"status_differs": 1, "refund_differs": 1}
    assert second.found == {}
    assert not Discrepancy.objects.filter(status=DiscrepancyStatus.OPEN, payment=payment).exists()


def test_events_that_never_arrived_are_fetched_and_confirm_the_booking(address: str) -> None:
    payment = paid_unheard(address)
    eventually(lambda: "charge.updated" in event_types())  # Stripe tells the fee a moment after the payment
    with time_machine.travel(clock.now() + timedelta(minutes=10)):  # long enough to call them missed
        first, second = run(RunKind.EVENTS), run(RunKind.EVENTS)
        while process_inbox():
            pass
    payment.refresh_from_db()
    assert payment.booking.status == BookingStatus.CONFIRMED
    assert payment.fee_amount is not None
    assert first.found == {"event_missed": 4}  # intent created and succeeded, charge succeeded and updated
    assert second.found == {}


@pytest.mark.parametrize(
    "fault",
    [{"fail_next": 3, "status": 500}, {"fail_next": 3, "status": 429}, {"rate_limit_per_s": 6}],
    ids=["500", "429", "few a second"],
)
def test_a_pull_goes_on_through_errors_and_limits(
    address: str, fault: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("payments.gateway.retry.FIRST_WAIT", 0.25)
    now = clock.now()
    seed(address, 1500, now - timedelta(days=6), now)
    httpx.post(f"{address}/_control/faults", json={"api": fault}).raise_for_status()
    done = reconcile(RunKind.FULL, now - timedelta(days=7), now, heal_missed=True)
    assert (done.seen["intents"], done.found) == (1500, {})


def test_an_outage_interrupts_the_run_and_the_next_one_starts_over(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("payments.gateway.retry.FIRST_WAIT", 0.001)
    payment = paid_unheard(address)
    httpx.post(f"{address}/_control/faults", json={"api": {"fail_next": 1000, "status": 503}}).raise_for_status()
    with pytest.raises(GatewayUnreachable):
        run(RunKind.FULL)
    assert ReconciliationRun.objects.get().state == RunState.INTERRUPTED
    httpx.post(f"{address}/_control/faults", json={"api": {"fail_next": 0}}).raise_for_status()
    assert run(RunKind.FULL).healed == {"status_differs": 1}
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.SUCCEEDED


def seed(address: str, count: int, since: datetime, until: datetime) -> None:
    """Intents at Stripe that nobody paid, spread over the time between."""
    body = {
        "count": count, "amount": 1125, "currency": "gbp", "status": "canceled",
        "created_from": int(since.timestamp()), "created_to": int(until.timestamp()),
    }  # fmt: skip
    httpx.post(f"{address}/_control/seed_intents", json=body, timeout=60).raise_for_status()
