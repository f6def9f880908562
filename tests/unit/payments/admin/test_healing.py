"""Finance has one difference looked at again: what was only missed is healed, the rest stays open."""

import pytest
from django.test import Client
from django.urls import reverse

from payments.domain.checkout import open_checkout
from payments.domain.discrepancies import record_discrepancy
from payments.enums import DiscrepancyKind, DiscrepancyStatus, PaymentStatus
from payments.gateway.base import GatewayUnreachable
from payments.models import Discrepancy, Payment
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.audit.models import AuditEvent
from portal.bookings.models import Booking
from tests.fakes import FakeGateway

BY = Actor.system(SystemActor.RECONCILIATION)


def noted(kind: DiscrepancyKind, payment: Payment) -> Discrepancy:
    return record_discrepancy(
        kind, stripe_object_id=str(payment.intent_id), cause=Cause(BY, Source.RECONCILIATION), payment=payment,
        amount=payment.amount, currency=payment.currency,
    )  # fmt: skip


@pytest.fixture
def unpaid(booking: Booking, stripe: FakeGateway) -> Payment:
    return open_checkout(booking).payment


def heal(client: Client, found: Discrepancy) -> str:
    reply = client.post(reverse("heal_discrepancy", args=[found.pk]), follow=True)
    found.refresh_from_db()
    return reply.content.decode()


def test_money_that_was_only_missed_is_taken_in_and_the_difference_closed(
    finance: Client, unpaid: Payment, stripe: FakeGateway
) -> None:
    stripe.pay(str(unpaid.intent_id))
    found = noted(DiscrepancyKind.STATUS_DIFFERS, unpaid)
    assert "now agree" in heal(finance, found)
    unpaid.refresh_from_db()
    assert (unpaid.status, unpaid.booking.status) == (PaymentStatus.SUCCEEDED, "confirmed")
    assert found.status == DiscrepancyStatus.HEALED
    assert AuditEvent.objects.filter(action="discrepancy.closed", source=Source.STAFF).count() == 1


def test_a_second_charge_stays_open(finance: Client, paid: Payment, stripe: FakeGateway) -> None:
    found = noted(DiscrepancyKind.DUPLICATE_CHARGE, paid)
    assert "still differ" in heal(finance, found)
    assert found.status == DiscrepancyStatus.OPEN


def test_when_stripe_does_not_answer_nothing_changes(finance: Client, unpaid: Payment, stripe: FakeGateway) -> None:
    found = noted(DiscrepancyKind.STATUS_DIFFERS, unpaid)
    stripe.fail_next = [GatewayUnreachable("timeout")]
    assert "Stripe didn’t respond" in heal(finance, found)
    assert found.status == DiscrepancyStatus.OPEN


def test_a_refund_that_waits_for_finance_is_never_closed_by_looking(finance: Client, paid: Payment) -> None:
    found = noted(DiscrepancyKind.REFUND_BLOCKED, paid)
    assert finance.post(reverse("heal_discrepancy", args=[found.pk])).status_code == 404
    found.refresh_from_db()
    assert found.status == DiscrepancyStatus.OPEN


def test_the_report_offers_it_where_it_can_help(finance: Client, paid: Payment) -> None:
    status, blocked = noted(DiscrepancyKind.STATUS_DIFFERS, paid), noted(DiscrepancyKind.REFUND_BLOCKED, paid)
    page = finance.get(reverse("reconciliation")).content.decode()
    assert reverse("heal_discrepancy", args=[status.pk]) in page
    assert reverse("heal_discrepancy", args=[blocked.pk]) not in page
