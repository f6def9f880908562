"""Finance's pages: reconciliation and webhook health, and what they change."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from payments.admin.webhook_health import is_silent
from payments.domain.checkout import open_checkout
from payments.domain.discrepancies import record_discrepancy
from payments.domain.reconciliation import reconcile
from payments.enums import DiscrepancyKind, LedgerState, MirrorState, RunKind
from payments.models import Discrepancy, Payment, ReceivedEvent, ReconciliationRun
from portal.accounts.roles import Role
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.audit.models import AuditEvent
from portal.common import clock
from tests.factories import BookingFactory, UserFactory
from tests.fakes import FakeGateway
from tests.pages import squeezed

pytestmark = pytest.mark.django_db
BY = Actor.system(SystemActor.RECONCILIATION)


@pytest.fixture
def finance(settings: Settings) -> Client:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    user = UserFactory()
    user.groups.add(Group.objects.get(name=Role.FINANCE.value))
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def discrepancy() -> Discrepancy:
    return record_discrepancy(
        DiscrepancyKind.UNKNOWN_CHARGE, stripe_object_id="ch_1", cause=Cause(BY, Source.RECONCILIATION), amount=1234,
        currency="GBP",
    )  # fmt: skip


def event(event_id: str, **fields: Any) -> ReceivedEvent:
    data = {"id": "ch_x", "object": "charge"}
    return ReceivedEvent.objects.create(
        **{
            "event_id": event_id, "type": "customer.created", "livemode": False, "created_at": clock.now(),
            "payload": {"data": {"object": data}}, **fields,
        }
    )  # fmt: skip


def test_a_run_says_what_it_checked_and_found_in_words(finance: Client) -> None:
    ReconciliationRun.objects.create(
        kind=RunKind.FULL, since=clock.now(), until=clock.now(), seen={"intents": 3, "refunds": 0},
        found={"fee_missing": 1},
    )  # fmt: skip
    page = squeezed(finance.get("/admin/reconciliation/").content.decode())
    for words in ("<li>Payments: 3</li>", "<li>Refunds: 0</li>", "<li>Fee or balance transaction missing: 1</li>"):
        assert words in page


def test_the_report_shows_what_is_at_stake(finance: Client, discrepancy: Discrepancy) -> None:
    page = finance.get("/admin/reconciliation/").content.decode()
    assert "£12.34" in page
    assert "Unmatched Stripe charge" in page
    assert "Compare with Stripe now" in page


def test_agreement_is_claimed_only_after_a_comparison(finance: Client, stripe: FakeGateway) -> None:
    assert "No reconciliation has run yet" in finance.get("/admin/reconciliation/").content.decode()
    reconcile(RunKind.FULL, clock.now() - timedelta(days=1), clock.now(), heal_missed=True)
    assert "the ledger and Stripe agree" in finance.get("/admin/reconciliation/").content.decode()


def test_a_run_says_what_it_found_and_healed_in_words(finance: Client) -> None:
    ReconciliationRun.objects.create(
        kind=RunKind.FULL,
        since=clock.now() - timedelta(days=1),
        until=clock.now(),
        found={"unknown_charge": 2, "fee_missing": 1},
        healed={"fee_missing": 1},
    )
    page = squeezed(finance.get("/admin/reconciliation/").content.decode())
    assert "<li>Unmatched Stripe charge: 2</li><li>Fee or balance transaction missing: 1</li>" in page
    assert page.count("<li>Fee or balance transaction missing: 1</li>") == 2


def test_the_report_narrows_by_state(finance: Client, discrepancy: Discrepancy) -> None:
    assert "ch_1" not in finance.get("/admin/reconciliation/?status=ignored").content.decode()
    assert "ch_1" in finance.get("/admin/reconciliation/?kind=unknown_charge&status=").content.decode()
    assert finance.get("/admin/reconciliation/?kind=nonsense").status_code == 200


def test_the_webhook_page_tells_what_failed_and_why(finance: Client) -> None:
    event("evt_bad", ledger_state=LedgerState.FAILED, last_error="KeyError: amount")
    event("evt_good", ledger_state=LedgerState.APPLIED, mirror_state=MirrorState.MIRRORED)
    page = finance.get("/admin/webhooks/").content.decode()
    assert "KeyError: amount" in page
    assert "evt_good" not in page


def test_one_or_all_failed_events_are_done_again(finance: Client) -> None:
    for name in ("evt_1", "evt_2"):
        event(name, ledger_state=LedgerState.FAILED, attempts=12, mirror_state=MirrorState.MIRRORED)
    event("evt_3", mirror_state=MirrorState.FAILED, ledger_state=LedgerState.APPLIED)
    finance.post("/admin/webhooks/replay/", {"event": "evt_1"})
    states = dict(ReceivedEvent.objects.values_list("event_id", "ledger_state"))
    assert states == {"evt_1": "received", "evt_2": "failed", "evt_3": "applied"}
    finance.post("/admin/webhooks/replay/")
    rows = set(ReceivedEvent.objects.values_list("event_id", "ledger_state", "mirror_state"))
    assert rows == {
        ("evt_1", "received", "mirrored"),
        ("evt_2", "received", "mirrored"),
        ("evt_3", "applied", "waiting"),
    }
    assert AuditEvent.objects.filter(action="event.replayed").count() == 3


def test_a_handler_that_failed_is_called_again_without_the_ledger(finance: Client) -> None:
    event("evt_1", mirror_state=MirrorState.FAILED, mirror_attempts=10, ledger_state=LedgerState.APPLIED)
    finance.post("/admin/webhooks/replay/", {"event": "evt_1"})
    row = ReceivedEvent.objects.get()
    assert (row.ledger_state, row.mirror_state, row.mirror_attempts) == ("applied", "waiting", 0)


@pytest.mark.parametrize("name", ["evt_none", "evt_good"])
def test_an_event_that_is_not_there_or_did_not_fail_is_said_plainly(name: str, finance: Client) -> None:
    event("evt_good", ledger_state=LedgerState.APPLIED, mirror_state=MirrorState.MIRRORED)
    page = finance.post("/admin/webhooks/replay/", {"event": name}, follow=True)
    assert "Nothing to retry" in page.content.decode()
    assert not AuditEvent.objects.filter(action="event.replayed").exists()


def test_silence_while_payments_are_open_is_shown_on_the_home_page(finance: Client, stripe: FakeGateway) -> None:
    payment = open_checkout(BookingFactory()).payment
    assert not is_silent()
    Payment.objects.filter(pk=payment.pk).update(first_attempt_at=clock.now() - timedelta(hours=1))
    assert "haven’t received an event from Stripe" in finance.get("/admin/").content.decode()
    event("evt_now")
    assert "haven’t received an event from Stripe" not in finance.get("/admin/").content.decode()


@pytest.mark.parametrize(
    ("attempted", "heard", "silent"),
    [
        ({"hours": 1}, {"hours": 2}, True),
        ({"hours": 1}, None, True),
        ({"hours": 1}, {"hours": 1, "seconds": 2}, False),  # declined, the balance stays open: its own event told us
        ({"hours": 1}, {"minutes": 50}, False),
        ({"minutes": 29}, {"hours": 2}, False),  # Stripe still has time
        ({"days": 2}, {"days": 3}, False),
        ({"days": 2}, None, False),
    ],
)
def test_silence_is_an_attempt_of_the_last_day_after_which_nothing_was_heard(
    stripe: FakeGateway, attempted: dict[str, int], heard: dict[str, int] | None, silent: bool
) -> None:
    now = clock.now()
    payment = open_checkout(BookingFactory()).payment
    Payment.objects.filter(pk=payment.pk).update(first_attempt_at=now - timedelta(**attempted))
    if heard is not None:
        event("evt_last", received_at=now - timedelta(**heard))
    assert is_silent() is silent


def test_the_command_does_failed_events_again() -> None:
    event("evt_1", ledger_state=LedgerState.FAILED)
    out = StringIO()
    call_command("replay_events", "--failed", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"replayed": 1, "failed": 0}
    assert ReceivedEvent.objects.get().ledger_state == LedgerState.IGNORED


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [([], "either --failed or"), (["--failed", "evt_1"], "either"), (["evt_9"], "Not received")],
)
def test_the_command_refuses_what_it_cannot_do(arguments: list[str], complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint):
        call_command("replay_events", *arguments)
