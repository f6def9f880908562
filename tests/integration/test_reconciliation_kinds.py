"""One difference of every kind, planted through the real client at the sandbox: each found, the healable healed."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from django.conf import settings
from pytest_django import Settings

from payments.domain.checkout import open_checkout
from payments.domain.reconciliation import reconcile
from payments.enums import (
    FRAUD_TASKS,
    REFUND_TASKS,
    STRIPE_ALARMS,
    DiscrepancyKind,
    DiscrepancyStatus,
    PaymentStatus,
    RunKind,
)
from payments.gateway import gateway
from payments.models import Discrepancy, Dispute, Payment, ReconciliationRun, Refund
from portal.common import clock
from tests.factories import BookingFactory
from tests.unit.ops.stripe_sandbox.conftest import SECRET_KEY, client_of, eventually, running_sandbox

pytestmark = pytest.mark.django_db
K = DiscrepancyKind


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running_sandbox() as (url, _):
        yield url


@pytest.fixture
def at_stripe(address: str, settings: Settings) -> Any:
    """Stripe's own client, as a cardholder or a clerk at Stripe would use it."""
    httpx.post(f"{address}/_control/reset", json={"webhook_endpoints": True})
    settings.STRIPE_API_BASE, settings.STRIPE_SECRET_KEY = address, SECRET_KEY
    return client_of(address).v1


def opened() -> Payment:
    return open_checkout(BookingFactory()).payment


def paid_unheard(at_stripe: Any) -> Payment:
    """Paid at Stripe, with its fee known there; we have heard nothing."""
    payment = opened()
    charge = at_stripe.payment_intents.confirm(str(payment.intent_id), {"payment_method": "pm_card_visa"}).latest_charge
    eventually(lambda: gateway().retrieve_charge(str(charge)).balance_transaction_id)
    return payment


def strange_charge(at_stripe: Any, **metadata: str) -> None:
    at_stripe.payment_intents.create(
        {
            "amount": 700, "currency": "gbp", "metadata": metadata, "confirm": True, "payment_method": "pm_card_visa",
            "payment_method_types": ["card"],
        }
    )  # fmt: skip


def run(kind: RunKind = RunKind.FULL, hours: int = 6) -> ReconciliationRun:
    """Hours later, so that nothing is still on its way."""
    with time_machine.travel(clock.now() + timedelta(hours=hours)):
        return reconcile(kind, clock.now() - timedelta(hours=20), clock.now(), heal_missed=True)


def changed(payment: Payment, **fields: Any) -> None:
    Payment.objects.filter(pk=payment.pk).update(**fields)


def status_differs(at_stripe: Any, agreed: Payment) -> None:
    paid_unheard(at_stripe)


def missing_locally(at_stripe: Any, agreed: Payment) -> None:
    changed(paid_unheard(at_stripe), intent_id=None)


def refund_differs(at_stripe: Any, agreed: Payment) -> None:
    at_stripe.refunds.create({"payment_intent": str(agreed.intent_id), "amount": 100})


def dispute_missing(at_stripe: Any, agreed: Payment) -> None:
    httpx.post(
        f"{settings.STRIPE_API_BASE}/_control/disputes", json={"payment_intent": agreed.intent_id}
    ).raise_for_status()


def fee_missing(at_stripe: Any, agreed: Payment) -> None:
    changed(agreed, fee_amount=None, balance_transaction_id="")


def amount_differs(at_stripe: Any, agreed: Payment) -> None:
    changed(agreed, amount=agreed.amount - 1)


def missing_at_stripe(at_stripe: Any, agreed: Payment) -> None:
    payment = opened()
    at_stripe.payment_intents.cancel(str(payment.intent_id))
    changed(payment, intent_id="pi_never_was")


def unknown_charge(at_stripe: Any, agreed: Payment) -> None:
    strange_charge(at_stripe)


def duplicate_charge(at_stripe: Any, agreed: Payment) -> None:
    strange_charge(at_stripe, payment_id=str(agreed.pk), booking_reference=agreed.booking.reference)


Plant = Callable[[Any, Payment], None]
HEALABLE: list[Plant] = [status_differs, missing_locally, refund_differs, dispute_missing, fee_missing]
FOR_FINANCE: list[Plant] = [amount_differs, missing_at_stripe, unknown_charge, duplicate_charge]


def test_every_kind_is_found_once_and_exactly_the_healable_is_healed(at_stripe: Any) -> None:
    plants = [*HEALABLE, *FOR_FINANCE]
    agreed = [paid_unheard(at_stripe) for _ in plants]
    run(hours=3)
    run()  # the fees, an hour after the payments
    assert run().found == {}
    assert not Discrepancy.objects.filter(status=DiscrepancyStatus.OPEN).exists()

    for plant, payment in zip(plants, agreed, strict=True):
        payment.refresh_from_db()
        plant(at_stripe, payment)
    first = run()
    assert first.found == {plant.__name__: 1 for plant in plants}
    assert first.healed == {plant.__name__: 1 for plant in HEALABLE}
    for_finance = {plant.__name__ for plant in FOR_FINANCE}
    assert open_kinds() == sorted(for_finance)

    second = run()
    assert (second.found, second.healed) == (dict.fromkeys(for_finance, 1), {})
    assert open_kinds() == sorted(for_finance)  # seen again, not opened again
    assert Refund.objects.get().amount == 100
    assert Dispute.objects.get().payment == agreed[3]
    assert Payment.objects.filter(status=PaymentStatus.PENDING).count() == 1  # the one that Stripe never had

    missed, none = run(RunKind.EVENTS), run(RunKind.EVENTS)
    assert set(missed.found) == {K.EVENT_MISSED.value}
    assert none.found == {}


def test_an_intent_that_nobody_was_given_to_pay_is_cancelled_at_stripe(at_stripe: Any) -> None:
    payment = opened()
    named = {"payment_id": str(payment.pk), "booking_reference": payment.booking.reference}
    money = {"amount": payment.amount, "currency": payment.currency.lower(), "payment_method_types": ["card"]}
    spare = at_stripe.payment_intents.create({**money, "metadata": named})
    first, second = run(), run()
    assert (first.found, first.healed, second.found) == ({"missing_locally": 1}, {"missing_locally": 1}, {})
    assert at_stripe.payment_intents.retrieve(spare.id).status == "canceled"
    assert at_stripe.payment_intents.retrieve(str(payment.intent_id)).status == "requires_payment_method"


def test_the_kinds_planted_here_are_all_that_a_run_looks_for() -> None:
    planted = {plant.__name__ for plant in (*HEALABLE, *FOR_FINANCE)} | {K.EVENT_MISSED.value}
    noticed = {K.MODE_DIFFERS, K.REFUND_AMOUNT, K.MONEY_WENT_BACK, K.RELEASE_BLOCKED}
    noticed |= REFUND_TASKS | FRAUD_TASKS | STRIPE_ALARMS
    assert planted | {kind.value for kind in noticed} == set(K.values)


def open_kinds() -> list[str]:
    found = Discrepancy.objects.filter(status=DiscrepancyStatus.OPEN)
    return sorted(found.values_list("kind", flat=True))
