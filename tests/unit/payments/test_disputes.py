"""Disputes: finance is told once, and no order of Stripe's events changes how they end."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations

import pytest
from django.contrib.auth.models import Group

from payments.domain.disputes import apply_dispute
from payments.domain.events import process_inbox
from payments.domain.news import News
from payments.enums import PaymentStatus
from payments.gateway.base import DisputeResult
from payments.models import Dispute, Payment, ReceivedEvent
from portal.accounts.roles import Role
from portal.audit.actor import Actor, Source
from portal.audit.models import AuditEvent
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from portal.common import clock
from portal.notifications.models import Notification
from tests.factories import UserFactory
from tests.fakes import FakeGateway
from tests.ledger import pay

pytestmark = pytest.mark.django_db
DUE = datetime(2026, 12, 3, 9, tzinfo=UTC)


@pytest.fixture
def paid(booking: Booking, stripe: FakeGateway) -> Payment:
    return pay(booking, stripe)


@pytest.fixture
def finance(db: None) -> None:
    for email, active in (("finn@example.com", True), ("left@example.com", False)):
        user = UserFactory(email=email, first_name="Finn", is_active=active)
        user.groups.add(Group.objects.get(name=Role.FINANCE.value))


def disputed(payment: Payment, status: str = "needs_response", withdrawn: int | None = None) -> DisputeResult:
    return DisputeResult(
        id="dp_1", intent_id=str(payment.intent_id), charge_id="ch_1", status=status, reason="product_not_received",
        amount=payment.amount, currency=payment.currency, created_at=clock.now(), is_charge_refundable=False,
        withdrawn_amount=payment.amount if withdrawn is None else withdrawn, evidence_due_at=DUE,
    )  # fmt: skip


def news() -> News:
    return News(Actor.stripe("evt_1"), Source.WEBHOOK, clock.now(), "evt_1")


def told() -> list[tuple[str, str]]:
    return list(
        Notification.objects.filter(template__startswith="dispute").order_by("pk").values_list("template", "to")
    )


def test_finance_is_told_by_when_to_answer_and_how_it_ended(paid: Payment, finance: None) -> None:
    for result in (disputed(paid), disputed(paid), disputed(paid, "under_review"), disputed(paid, "lost")):
        assert apply_dispute(result, news())
    assert told() == [("dispute_opened", "finn@example.com"), ("dispute_closed", "finn@example.com")]
    opened, closed = Notification.objects.filter(template__startswith="dispute").order_by("pk")
    assert opened.context["due"] == "9:00am on Thursday 3 December"
    assert (opened.context["reason"], closed.context["outcome"]) == ("product not received", "lost")


def test_one_that_we_hear_of_when_it_is_over_is_told_once(paid: Payment, finance: None) -> None:
    apply_dispute(disputed(paid, "won", 0), news())
    assert told() == [("dispute_closed", "finn@example.com")]


@pytest.mark.parametrize(("status", "withdrawn"), [("lost", 1125), ("won", 0)])
def test_what_was_read_before_the_decision_changes_nothing_after_it(status: str, withdrawn: int, paid: Payment) -> None:
    earlier = disputed(paid)
    apply_dispute(replace(earlier, status=status, withdrawn_amount=withdrawn), news())
    assert apply_dispute(earlier, news())
    dispute = Dispute.objects.get()
    paid.refresh_from_db()
    assert (dispute.status, dispute.withdrawn_amount, paid.disputed_amount) == (status, withdrawn, withdrawn)


KINDS = ("created", "funds_withdrawn", "closed")


@pytest.mark.parametrize("order", list(permutations(KINDS)))
def test_events_in_any_order_and_twice_end_the_same(
    order: tuple[str, ...], paid: Payment, stripe: FakeGateway, finance: None
) -> None:
    stripe.disputes["dp_1"] = disputed(paid, "lost")
    for number, kind in enumerate((*order, *order)):
        ReceivedEvent.objects.create(
            event_id=f"evt_{number}", type=f"charge.dispute.{kind}", object_id="dp_1", livemode=False,
            created_at=clock.now(), payload={"data": {"object": {"id": "dp_1"}}},
        )  # fmt: skip
    while process_inbox():
        pass
    paid.refresh_from_db()
    assert set(ReceivedEvent.objects.values_list("ledger_state", flat=True)) == {"applied"}
    assert Dispute.objects.values_list("status", "withdrawn_amount").get() == ("lost", paid.amount)
    assert (paid.status, paid.disputed_amount) == (PaymentStatus.SUCCEEDED, paid.amount)
    assert Booking.objects.get(pk=paid.booking_id).status == BookingStatus.CONFIRMED
    assert AuditEvent.objects.filter(action="dispute.moved").count() == 1
    assert told() == [("dispute_closed", "finn@example.com")]


def test_money_that_comes_back_is_no_longer_disputed(paid: Payment) -> None:
    apply_dispute(disputed(paid), news())
    paid.refresh_from_db()
    assert paid.disputed_amount == paid.amount
    apply_dispute(disputed(paid, "won", 0), news())
    paid.refresh_from_db()
    assert paid.disputed_amount == 0
