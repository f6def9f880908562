"""The mirror, through dj-stripe's own models and the sandbox; then dj-stripe's handlers, and those of an installer."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import httpx
import pytest
import stripe
import time_machine
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import strip_tags
from djstripe import models as djstripe_models
from djstripe.event_handlers import djstripe_receiver
from djstripe.signals import WEBHOOK_SIGNALS
from pytest_django import Settings

from payments import mirror, mirror_check
from payments.admin.held_at_stripe import held_at_stripe
from payments.domain.checkout import open_checkout
from payments.domain.events import process_inbox
from payments.domain.inbox import event_from, store
from payments.mirror import MOST_ATTEMPTS, mirror_inbox
from payments.mirror_check import compare
from payments.models import Discrepancy, Payment, ReceivedEvent
from payments.privacy import erase
from portal.accounts.models import ERASED_DOMAIN
from portal.accounts.roles import Role
from portal.common import clock
from portal.common.money import formatted
from tests.factories import BookingFactory, UserFactory
from tests.sign_in import authenticated
from tests.unit.ops.stripe_sandbox.conftest import SECRET_KEY, client_of, eventually, running_sandbox

pytestmark = pytest.mark.django_db
CARDS = {"disputed": "pm_card_createDispute", "plain": "pm_card_visa"}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running_sandbox() as (url, _):
        yield url


@pytest.fixture(autouse=True)
def at_the_sandbox(address: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    httpx.post(f"{address}/_control/reset", json={"webhook_endpoints": True})
    settings.STRIPE_API_BASE = address
    settings.STRIPE_SECRET_KEY = settings.STRIPE_TEST_SECRET_KEY = SECRET_KEY
    monkeypatch.setattr(stripe, "api_base", address)


@pytest.fixture
def finance(settings: Settings) -> Client:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    user = UserFactory()
    user.groups.add(Group.objects.get(name=Role.FINANCE.value))
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    authenticated(client, user)
    return client


def paid(address: str, card: str = "plain") -> Payment:
    payment = open_checkout(BookingFactory()).payment
    client_of(address).v1.payment_intents.confirm(str(payment.intent_id), {"payment_method": CARDS[card]})
    return payment


def control(address: str, what: str, **body: Any) -> Any:
    return httpx.post(f"{address}/_control/{what}", json=body).raise_for_status().json()


def kinds_at_stripe(address: str) -> set[str]:
    return {event.type for event in client_of(address).v1.events.list({"limit": 100}).data}


def booked(address: str) -> int:
    """How many charges are in Stripe's balance, which takes a moment."""
    return len(client_of(address).v1.balance_transactions.list({"type": "charge", "limit": 100}).data)


def heard(address: str) -> None:
    """Every event that Stripe has made arrives, is applied and mirrored."""
    for event in client_of(address).v1.events.list({"limit": 100}).data:
        store(event_from(json.loads(str(event))))
    while process_inbox() or mirror_inbox():
        pass


def errors() -> set[str]:
    return set(ReceivedEvent.objects.exclude(mirror_last_error="").values_list("mirror_last_error", flat=True))


def ids(model: Any) -> set[str]:
    return set(model.objects.values_list("id", flat=True))


def test_everything_that_stripe_tells_of_is_mirrored(address: str) -> None:
    plain, disputed = paid(address), paid(address, "disputed")
    for _ in range(2):  # the dispute and its fee leave something to pay out
        paid(address)
    v1 = client_of(address).v1
    refund = v1.refunds.create({"payment_intent": str(plain.intent_id), "amount": 125})
    charge = v1.payment_intents.retrieve(str(plain.intent_id)).latest_charge
    control(address, "early_fraud_warnings", charge=charge)
    review = control(address, "reviews", charge=charge)
    eventually(lambda: booked(address) == 4)
    (payout,) = control(address, "payouts", pending=True)["payouts"]
    control(address, "account", payouts_enabled=False)
    wanted = {"payout.paid", "charge.dispute.funds_withdrawn", "account.updated", "charge.updated"}
    eventually(lambda: wanted <= kinds_at_stripe(address))
    heard(address)
    assert errors() == set()
    assert set(ReceivedEvent.objects.values_list("mirror_state", flat=True)) == {"mirrored"}
    tasks = Discrepancy.objects.filter(status="open").values_list("kind", "payment")
    assert set(tasks) == {("fraud_warning", plain.pk), ("review_open", plain.pk), ("account_restricted", None)}
    (dispute,) = v1.disputes.list({}).data
    assert ids(djstripe_models.Payout) == {payout["id"]}
    assert ids(djstripe_models.Refund) == {refund.id}
    assert ids(djstripe_models.Dispute) == {dispute.id}
    assert ids(djstripe_models.Review) == {review["id"]}
    assert djstripe_models.EarlyFraudWarning.objects.get().stripe_data["charge"] == charge
    assert djstripe_models.Account.objects.get().stripe_data["payouts_enabled"] is False
    moved = {one.id for one in v1.balance_transactions.list({"limit": 100}).data}
    assert ids(djstripe_models.BalanceTransaction) == moved
    assert ids(djstripe_models.Event) == set(ReceivedEvent.objects.values_list("event_id", flat=True))
    plain.refresh_from_db()
    disputed.refresh_from_db()
    assert (plain.payout_id, plain.receipt_url) == (payout["id"], v1.charges.retrieve(str(charge)).receipt_url)
    assert disputed.payout_id == payout["id"]


def test_tasks_end_with_what_stripe_then_tells(address: str) -> None:
    payment = paid(address)
    v1 = client_of(address).v1
    eventually(lambda: "charge.updated" in kinds_at_stripe(address))
    charge = v1.payment_intents.retrieve(str(payment.intent_id)).latest_charge
    control(address, "early_fraud_warnings", charge=charge)
    control(address, "reviews", charge=charge)
    control(address, "account", charges_enabled=False)
    (payout,) = control(address, "payouts", pending=True)["payouts"]
    control(address, f"payouts/{payout['id']}", status="failed")
    heard(address)
    opened = {"fraud_warning", "review_open", "account_restricted", "payout_failed"}
    assert set(Discrepancy.objects.filter(status="open").values_list("kind", flat=True)) == opened
    v1.refunds.create({"payment_intent": str(payment.intent_id), "reason": "fraudulent"})
    control(address, "account", charges_enabled=True)
    heard(address)
    left = set(Discrepancy.objects.filter(status="open").values_list("kind", flat=True))
    assert left == {"payout_failed", "money_went_back"}  # the booking stands until finance decides


def test_a_payments_page_shows_what_stripe_holds(address: str, finance: Client) -> None:
    payment = paid(address)
    eventually(lambda: "charge.updated" in kinds_at_stripe(address))  # its money is in the balance
    (payout,) = control(address, "payouts", pending=True)["payouts"]
    eventually(lambda: "payout.paid" in kinds_at_stripe(address))
    heard(address)
    payment.refresh_from_db()
    page = finance.get(reverse("payments_payment_modeladmin_inspect", args=[payment.pk])).content.decode()
    text = " ".join(strip_tags(page).split())
    assert [line.label for line in held_at_stripe(payment)] == [
        "Card", "Stripe risk level", "Stripe receipt", "Balance transaction", "Stripe fee", "Net", "Payout",
    ]  # fmt: skip
    arrival = date_format(clock.from_epoch(payout["arrival_date"]), "j F Y")
    fee = formatted(payment.fee_amount or 0, "GBP")
    for wanted in ("Visa ending in 4242", "normal (", payment.balance_transaction_id, fee, f"arrived on {arrival}"):
        assert wanted in text
    assert f'href="{payment.receipt_url}"' in page
    assert f'href="https://dashboard.stripe.com/test/payouts/{payout["id"]}"' in page


def test_before_the_mirror_has_it_the_page_shows_nothing_of_it(address: str, finance: Client) -> None:
    payment = paid(address)
    assert held_at_stripe(payment) == []
    page = finance.get(reverse("payments_payment_modeladmin_inspect", args=[payment.pk])).content.decode()
    assert "Stripe details" not in page


def test_of_somebody_who_was_forgotten_no_card_is_shown(address: str) -> None:
    payment = paid(address)
    heard(address)
    payment.refresh_from_db()
    assert held_at_stripe(payment)[0].value == "Visa ending in 4242"
    erase(payment.booking.caregiver.user)
    payment.refresh_from_db()
    assert "Card" not in [line.label for line in held_at_stripe(payment)]
    assert payment.receipt_url == ""


def forgotten(payment: Payment) -> None:
    user = payment.booking.caregiver.user
    erase(user)
    user.email = f"erased-{user.pk}@{ERASED_DOMAIN}"
    user.save()


def test_an_event_after_an_erasure_brings_nobody_back(address: str) -> None:
    payment = paid(address)
    heard(address)
    forgotten(payment)
    client_of(address).v1.refunds.create({"payment_intent": str(payment.intent_id), "amount": 100})
    heard(address)
    charge = djstripe_models.Charge.objects.get().stripe_data
    assert (charge["billing_details"], charge["receipt_email"], charge["amount_refunded"]) == (None, None, 100)
    told = ReceivedEvent.objects.get(type="charge.refunded").payload["data"]["object"]  # type: ignore[index]
    assert (told["billing_details"], told["amount_refunded"]) == (None, 100)


def test_somebody_erased_while_stripe_is_asked_is_not_brought_back(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = paid(address)
    real = mirror.sync

    def erased_meanwhile(told: dict[str, Any]) -> None:
        real(told)
        forgotten(payment)

    monkeypatch.setattr(mirror, "sync", erased_meanwhile)
    [last] = client_of(address).v1.events.list({"type": "payment_intent.succeeded"}).data
    store(event_from(json.loads(str(last))))
    assert mirror_inbox() == 1
    assert djstripe_models.Event.objects.get().data["object"]["receipt_email"] is None
    assert djstripe_models.PaymentIntent.objects.get().stripe_data["receipt_email"] is None
    assert ReceivedEvent.objects.get().payload["data"]["object"]["receipt_email"] is None  # type: ignore[index]


class TestTheNightlyCheck:
    """dj-stripe's tables are compared with Stripe's lists, and mended."""

    def test_what_is_missing_or_differs_is_mirrored_again(self, address: str, finance: Client) -> None:
        paid(address)
        second = paid(address)
        refund = client_of(address).v1.refunds.create({"payment_intent": str(second.intent_id), "amount": 125})
        eventually(lambda: "charge.updated" in kinds_at_stripe(address))
        heard(address)
        changed = djstripe_models.Charge.objects.get(payment_intent_id=second.intent_id)
        changed.stripe_data["amount_refunded"] = 0
        changed.save()
        djstripe_models.Refund.objects.all().delete()
        with time_machine.travel(clock.now() + timedelta(hours=1)):
            counts, again = compare(), compare()
        assert (counts["missing"], counts["differs"], counts["failed"]) == (1, 1, 0)
        assert (again["missing"], again["differs"], again["same"]) == (0, 0, counts.total())
        assert ids(djstripe_models.Refund) == {refund.id}
        changed.refresh_from_db()
        assert changed.stripe_data["amount_refunded"] == 125
        page = finance.get("/admin/webhooks/").content.decode()
        assert f"{again['same']} matched, 0 were missing and 0 differed" in page

    def test_one_that_cannot_be_mirrored_holds_up_no_other(self, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
        paid(address), paid(address)
        real = mirror_check.write  # type: ignore[attr-defined]

        def failing(model: Any, data: dict[str, Any]) -> None:
            if model is djstripe_models.Charge:
                raise ValueError
            real(model, data)

        monkeypatch.setattr(mirror_check, "write", failing)
        with time_machine.travel(clock.now() + timedelta(hours=1)):
            counts = compare()
        assert (counts["failed"], ids(djstripe_models.PaymentIntent)) == (
            2, set(Payment.objects.values_list("intent_id", flat=True)),
        )  # fmt: skip

    def test_what_was_erased_is_not_brought_back(self, address: str) -> None:
        payment = paid(address)
        eventually(lambda: "charge.updated" in kinds_at_stripe(address))
        heard(address)
        erase(payment.booking.caregiver.user)
        with time_machine.travel(clock.now() + timedelta(hours=1)):
            assert compare()["differs"] == 0
        assert djstripe_models.Charge.objects.get().stripe_data["billing_details"] is None

    def test_what_is_fetched_beside_an_erased_persons_object_is_not_brought_back(self, address: str) -> None:
        payment = paid(address)
        eventually(lambda: "charge.updated" in kinds_at_stripe(address))
        heard(address)
        forgotten(payment)
        djstripe_models.Charge.objects.all().delete()
        djstripe_models.PaymentIntent.objects.all().delete()
        with time_machine.travel(clock.now() + timedelta(hours=1)):
            compare()
        assert djstripe_models.Charge.objects.get().stripe_data["billing_details"] is None
        assert djstripe_models.PaymentIntent.objects.get().stripe_data["receipt_email"] is None

    def test_the_command_fills_the_tables_and_says_what_it_did(self, address: str) -> None:
        payment = paid(address)
        eventually(lambda: "charge.updated" in kinds_at_stripe(address))
        said = StringIO()
        with time_machine.travel(clock.now() + timedelta(hours=1)):
            call_command("compare_mirror", "--days", "30", "--json", stdout=said)
        assert json.loads(said.getvalue()) == {
            "same": 1,
            "missing": 2,
            "differs": 0,
            "failed": 0,
        }  # an intent comes with its charge
        assert ids(djstripe_models.PaymentIntent) == {payment.intent_id}

    @pytest.mark.parametrize("options", [("--days", "0"), ()], ids=["no days", "no Stripe"])
    def test_the_command_says_why_it_could_not(self, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stripe, "api_base", "http://127.0.0.1:9")
        with pytest.raises(CommandError, match=r"--days|Stripe did not answer"):
            call_command("compare_mirror", *options)

    def test_every_page_of_a_list_is_compared(self, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(mirror_check, "PAGE", 2)
        for _ in range(5):
            paid(address)
        with time_machine.travel(clock.now() + timedelta(hours=1)):
            compare()
        assert ids(djstripe_models.PaymentIntent) == set(Payment.objects.values_list("intent_id", flat=True))


def test_an_object_that_is_gone_at_stripe_is_left_alone_at_once(address: str) -> None:
    about = {"id": "re_gone", "object": "refund"}
    event = {"id": "evt_1", "object": "event", "type": "refund.updated", "created": 1_790_000_000, "livemode": False}
    store(event_from({**event, "api_version": None, "request": None, "data": {"object": about}}))
    mirror_inbox()
    row = ReceivedEvent.objects.get()
    assert (row.mirror_state, row.mirror_attempts, ids(djstripe_models.Event)) == ("mirrored", 1, {"evt_1"})


class TestHandlers:
    """What somebody's own code connects with `@djstripe_receiver` is called after the mirror, apart from the ledger."""

    @pytest.fixture
    def connect(self) -> Iterator[Callable[[Any], None]]:
        connected: list[Any] = []

        def connect(handler: Any) -> None:
            connected.append(djstripe_receiver("charge.succeeded")(handler))

        yield connect
        for handler in connected:
            WEBHOOK_SIGNALS["charge.succeeded"].disconnect(handler, sender=djstripe_models.Event)

    def test_a_handler_sees_what_was_mirrored_outside_any_transaction(self, address: str, connect: Any) -> None:
        seen: list[tuple[str, Any, bool]] = []

        def on_charge(sender: Any, event: djstripe_models.Event, **kwargs: Any) -> None:
            charge = djstripe_models.Charge.objects.get(id=event.data["object"]["id"])
            blocks = [block for block in connection.atomic_blocks if not block._from_testcase]  # type: ignore[attr-defined]
            seen.append((event.type, charge.stripe_data["payment_method_details"]["card"]["last4"], bool(blocks)))

        connect(on_charge)
        paid(address)
        heard(address)
        assert seen == [("charge.succeeded", "4242", False)]

    def test_one_that_raises_is_shown_and_called_again_without_the_ledger(self, address: str, connect: Any) -> None:
        calls: list[str] = []

        def broken(sender: Any, event: djstripe_models.Event, **kwargs: Any) -> None:
            calls.append("broken")
            if len(calls) < 4:
                raise RuntimeError("secret words")

        def healthy(sender: Any, event: djstripe_models.Event, **kwargs: Any) -> None:
            calls.append("healthy")

        connect(broken)
        connect(healthy)
        payment = paid(address)
        heard(address)
        row = ReceivedEvent.objects.get(type="charge.succeeded")
        applied_at, known_at = row.applied_at, Payment.objects.get(pk=payment.pk).updated_at
        assert (row.ledger_state, row.mirror_state) == ("applied", "waiting")
        assert row.mirror_last_error == f"A handler failed: {__name__}.{broken.__qualname__}: RuntimeError"
        assert calls == ["broken", "healthy"]
        for waited, state in ((timedelta(seconds=20), "waiting"), (timedelta(minutes=10), "mirrored")):
            with time_machine.travel(clock.now() + waited):
                mirror_inbox()
            row.refresh_from_db()
            assert row.mirror_state == state
        assert (row.applied_at, row.mirror_last_error) == (applied_at, "")
        assert Payment.objects.get(pk=payment.pk).updated_at == known_at
        assert calls == ["broken", "healthy"] * 3

    def test_one_that_never_works_is_given_up_and_can_be_done_again(self, address: str, connect: Any) -> None:
        def broken(sender: Any, event: djstripe_models.Event, **kwargs: Any) -> None:
            raise ValueError

        connect(broken)
        paid(address)
        heard(address)
        row = ReceivedEvent.objects.get(type="charge.succeeded")
        ReceivedEvent.objects.filter(pk=row.pk).update(mirror_attempts=MOST_ATTEMPTS - 1, mirror_due_at=clock.now())
        mirror_inbox()
        row.refresh_from_db()
        assert (row.ledger_state, row.mirror_state) == ("applied", "failed")

    def test_a_worker_that_dies_between_them_calls_them_again(
        self, address: str, connect: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calls: list[str] = []

        def on_charge(sender: Any, event: djstripe_models.Event, **kwargs: Any) -> None:
            calls.append(event.id)

        connect(on_charge)
        paid(address)
        event = next(e for e in client_of(address).v1.events.list({}).data if e.type == "charge.succeeded")
        store(event_from(json.loads(str(event))))
        with monkeypatch.context() as dying:
            dying.setattr(mirror, "_update", lambda *args, **fields: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                mirror_inbox()
        with time_machine.travel(clock.now() + mirror.LEASE + timedelta(seconds=1)):
            mirror_inbox()
        assert calls == [event.id, event.id]
