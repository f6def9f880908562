"""Events that never arrived are fetched once; what is on its way has not been missed."""

from datetime import timedelta

import pytest

from payments.domain.events import process_inbox
from payments.domain.reconciliation import reconcile
from payments.enums import PaymentStatus, RunKind
from payments.models import ReceivedEvent
from portal.common import clock
from tests.fakes import FakeGateway
from tests.unit.payments.differences import naming, opened

pytestmark = pytest.mark.django_db


def test_an_event_that_never_arrived_is_fetched_and_applied(stripe: FakeGateway) -> None:
    payment = opened()
    intent = stripe.pay(str(payment.intent_id))
    told = {
        "id": intent.id, "object": "payment_intent", "status": "succeeded", "amount": intent.amount,
        "amount_received": intent.amount, "currency": "gbp", "livemode": False, "created": 1_790_000_000,
        "metadata": naming(payment), "latest_charge": "ch_1", "client_secret": "pi_1_secret_2",
    }  # fmt: skip
    stripe.events = [
        {
            "id": "evt_missed", "type": "payment_intent.succeeded", "livemode": False,
            "created": int((clock.now() - timedelta(minutes=6)).timestamp()), "data": {"object": told},
        }
    ]  # fmt: skip
    now = clock.now()
    for expected in ({"event_missed": 1}, {}):
        assert reconcile(RunKind.EVENTS, now - timedelta(hours=1), now, heal_missed=True).found == expected
    process_inbox()
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.SUCCEEDED
    assert "client_secret" not in ReceivedEvent.objects.get().payload["data"]["object"]  # type: ignore[index]


@pytest.mark.parametrize(("kind", "seconds"), [("payment_intent.succeeded", 10), ("payment_method.attached", 900)])
def test_an_event_on_its_way_or_of_no_use_is_not_called_missed(stripe: FakeGateway, kind: str, seconds: int) -> None:
    made = int(clock.now().timestamp()) - seconds
    stripe.events = [
        {"id": "evt_1", "type": kind, "livemode": False, "created": made, "data": {"object": {"id": "pi_1"}}}
    ]
    now = clock.now()
    assert reconcile(RunKind.EVENTS, now - timedelta(hours=1), now, heal_missed=True).found == {}
