"""One list of events, and one version of Stripe's API, whoever names them; other versions' payloads are read."""

import re
import subprocess
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest
import stripe as stripe_library
from django.conf import settings
from djstripe.signals import WEBHOOK_SIGNALS

from ops.stripe_sandbox import API_VERSION
from payments.domain.checkout import open_checkout
from payments.domain.event_types import KNOWN_TYPES
from payments.domain.events import HANDLERS, process_inbox
from payments.gateway.base import Charge
from payments.gateway.stripe_api import StripeGateway
from payments.gateway.stripe_objects import intent_from
from payments.models import Payment, ReceivedEvent
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from portal.common import clock
from tests.fakes import FakeGateway
from tests.services import ROOT

DISPUTES = {"created", "updated", "closed", "funds_withdrawn", "funds_reinstated"}


def test_what_is_asked_for_is_what_is_handled() -> None:
    assert set(HANDLERS) == KNOWN_TYPES


def test_dj_stripe_knows_each_of_them() -> None:
    assert set(WEBHOOK_SIGNALS) >= KNOWN_TYPES


def test_every_event_of_disputes_is_among_them() -> None:
    wanted = {f"charge.dispute.{kind}" for kind in DISPUTES}
    assert {kind for kind in KNOWN_TYPES if kind.startswith("charge.dispute.")} == wanted
    assert {kind for kind in WEBHOOK_SIGNALS if kind.startswith("charge.dispute.")} == wanted


def test_the_list_of_events_is_asked_for_at_most_twenty_types_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def listed(self: StripeGateway, what: str, since: Any, until: Any, *, types: list[str]) -> Any:
        asked.append(types)
        return iter([{"id": f"evt_{len(asked)}"}])

    monkeypatch.setattr(StripeGateway, "_listed", listed)
    now = clock.now()
    found = list(StripeGateway.from_settings().events_between(now - timedelta(hours=1), now, types=KNOWN_TYPES))
    assert [event["id"] for event in found] == [f"evt_{number + 1}" for number in range(len(asked))]
    assert max(map(len, asked)) <= 20
    assert sorted(chain.from_iterable(asked)) == sorted(KNOWN_TYPES)


def test_one_version_of_stripes_api_is_named_everywhere() -> None:
    assert settings.STRIPE_API_VERSION == API_VERSION == stripe_library.api_version
    files = subprocess.run(["git", "ls-files", "*.py", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    named = set()
    for file in files.stdout.splitlines():
        if (ROOT / file).exists():
            named |= set(re.findall(r"\b20\d\d-\d\d-\d\d\.(?:acacia|basil|clover|dahlia)\b", (ROOT / file).read_text()))
    assert named == {settings.STRIPE_API_VERSION}


class TestPayloadsOfOtherVersions:
    """The version of an event is its endpoint's, which may be older than ours."""

    pytestmark = pytest.mark.django_db

    def test_a_charge_that_holds_its_refunds_is_applied(self, booking: Booking, stripe: FakeGateway) -> None:
        payment = open_checkout(booking).payment
        stripe.pay(str(payment.intent_id))
        refund = stripe.refund(str(payment.intent_id), 125, refund_id=0, idempotency_key="dashboard")
        stripe.charges["ch_1"] = Charge(
            id="ch_1", intent_id=str(payment.intent_id), status="succeeded", amount=1125, amount_refunded=125,
            currency="GBP", livemode=False, disputed=False, receipt_url="https://pay.stripe.com/receipts/1",
        )  # fmt: skip
        embedded = {"object": "list", "data": [{"id": refund.id, "object": "refund", "amount": 125}], "has_more": False}
        told = {
            "id": "ch_1", "object": "charge", "amount": 1125, "amount_refunded": 125, "currency": "gbp",
            "payment_intent": payment.intent_id, "paid": True, "refunds": embedded, "source": {"brand": "Visa"},
        }  # fmt: skip
        self.received("charge.refunded", told, "2020-08-27")
        payment.refresh_from_db()
        assert (payment.status, payment.captured_amount, payment.refunded_amount) == ("partially_refunded", 1125, 125)
        assert payment.receipt_url == "https://pay.stripe.com/receipts/1"

    def test_an_intent_that_holds_its_charges_confirms_the_booking(self, booking: Booking, stripe: FakeGateway) -> None:
        payment = open_checkout(booking).payment
        told = {
            "id": payment.intent_id, "object": "payment_intent", "status": "succeeded", "amount": 1125,
            "amount_received": 1125, "currency": "gbp", "livemode": False, "created": 1_790_000_000, "source": None,
            "metadata": {"payment_id": str(payment.pk)}, "charges": {"data": [{"id": "ch_2"}, {"id": "ch_1"}]},
        }  # fmt: skip
        self.received("payment_intent.succeeded", told, "2019-02-11")
        booking.refresh_from_db()
        assert booking.status == BookingStatus.CONFIRMED
        assert Payment.objects.get().attempts.get().reference == "ch_2"

    @pytest.mark.parametrize(
        ("former", "status"),
        [("requires_source", "requires_payment_method"), ("requires_source_action", "requires_action")],
    )
    def test_former_words_for_a_state_are_understood(self, former: str, status: str) -> None:
        told = {"id": "pi_1", "status": former, "livemode": False, "created": 1_790_000_000}
        assert intent_from(told).status == status

    def received(self, kind: str, told: dict[str, Any], version: str) -> None:
        event = ReceivedEvent.objects.create(
            event_id=f"evt_{kind}", type=kind, object_id=told["id"], api_version=version, livemode=False,
            created_at=clock.now(), payload={"object": "event", "request": "req_1", "data": {"object": told}},
        )  # fmt: skip
        process_inbox()
        event.refresh_from_db()
        assert (event.ledger_state, event.last_error) == ("applied", "")
