"""The admin's home page tells finance and coordinators what waits for them, and nobody else."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from payments.admin.home import tasks
from payments.domain.discrepancies import record_discrepancy
from payments.enums import DiscrepancyKind, LedgerState, MirrorState
from payments.models import Dispute, Payment, ReceivedEvent
from portal.accounts.roles import Role
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.bookings.models import Session
from portal.common import clock
from portal.common.home_panel import Task

pytestmark = pytest.mark.django_db
BY = Actor.system(SystemActor.RECONCILIATION)


def test_nothing_waits(finance: Client) -> None:
    assert tasks() == []
    assert "no disputes to respond to" in finance.get("/admin/").content.decode()


def test_each_kind_of_task_is_counted_and_leads_to_its_page(paid: Payment, finance: Client) -> None:
    due = datetime(2026, 12, 4, 12, tzinfo=UTC)
    for number, status in enumerate(("needs_response", "warning_needs_response", "won")):
        Dispute.objects.create(
            payment=paid, stripe_dispute_id=f"dp_{number}", amount=1, status=status, evidence_due_at=due
        )
    for kind in (DiscrepancyKind.REFUND_BLOCKED, DiscrepancyKind.UNKNOWN_CHARGE, DiscrepancyKind.FEE_MISSING):
        record_discrepancy(kind, stripe_object_id=kind.value, cause=Cause(BY, Source.RECONCILIATION))
    for number, states in enumerate(({"ledger_state": LedgerState.FAILED}, {"mirror_state": MirrorState.FAILED})):
        ReceivedEvent.objects.create(
            event_id=f"evt_{number}",
            type="x",
            livemode=False,
            created_at=clock.now(),
            payload={},
            **states,  # type: ignore[arg-type]
        )
    assert tasks() == [
        Task("2 disputes need a response, the first by 4 December", "/admin/payments/dispute/"),
        Task("1 refund didn’t go through", "/admin/reconciliation/?kind=refund_blocked&status=open"),
        Task("2 differences between the ledger and Stripe", "/admin/reconciliation/"),
        Task("1 Stripe event couldn’t be applied", "/admin/webhooks/"),
        Task("1 Stripe event couldn’t be copied, or its handler failed", "/admin/webhooks/"),
    ]
    assert "2 disputes need a response" in finance.get("/admin/").content.decode()


def test_what_stripe_warns_of_comes_first(paid: Payment) -> None:
    kinds = DiscrepancyKind
    for number, kind in enumerate((kinds.REVIEW_OPEN, kinds.FRAUD_WARNING, kinds.FRAUD_WARNING, kinds.PAYOUT_FAILED)):
        record_discrepancy(kind, stripe_object_id=f"id_{number}", cause=Cause(BY, Source.WEBHOOK))
    assert tasks() == [
        Task("Failed payout to the bank: id_3", "/admin/reconciliation/?kind=payout_failed&status=open"),
        Task("2 fraud warnings: refund in time", "/admin/reconciliation/?kind=fraud_warning&status=open"),
        Task("1 payment under review at Stripe", "/admin/reconciliation/?kind=review_open&status=open"),
    ]


def test_the_coordinator_sees_the_day_or_the_next_one(session: Session, signed_in: Callable[[Role], Client]) -> None:
    client = signed_in(Role.COORDINATOR)
    next_day = session.starts_local.strftime("%A %-d %B")
    home = client.get("/admin/").content.decode()
    assert "No sessions start today" in home
    assert next_day in home
    with time_machine.travel(session.starts_at, tick=False):
        fresh = signed_in(Role.COORDINATOR)
        assert "1 session, 0 booked" in fresh.get("/admin/").content.decode()


@pytest.mark.parametrize("role", [Role.EDITOR, Role.MANAGER])
def test_others_have_no_tasks_of_finance_and_no_desk(role: Role, signed_in: Callable[[Role], Client]) -> None:
    home = signed_in(role).get("/admin/").content.decode()
    assert "finance-tasks" not in home
    assert "portal-today" not in home
