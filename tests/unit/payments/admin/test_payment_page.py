"""A payment's page tells its whole story, in order, and links to Stripe."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries, Settings

from payments.admin.timeline import stripe_url, timeline
from payments.domain.discrepancies import close, record_discrepancy
from payments.domain.refunds.request import request_refund
from payments.domain.refunds.send import send_refunds
from payments.enums import AttemptOutcome, DiscrepancyKind, DiscrepancyStatus, LedgerState, RefundReason
from payments.models import Dispute, Payment, PaymentAttempt, ReceivedEvent
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.audit.actor import Actor, Cause, Source
from portal.common import clock
from tests.factories import UserFactory
from tests.fakes import FakeGateway


def page_of(payment: Payment) -> str:
    return reverse("payments_payment_modeladmin_inspect", args=[payment.pk])


def asked_back(payment: Payment, by: User, amount: int = 500) -> None:
    request_refund(
        payment.pk, amount=amount, reason=RefundReason.GOODWILL, cause=Cause(Actor.user(by), Source.STAFF), note="sorry"
    )


def test_the_story_is_told_in_order_with_who_and_stripes_name(paid: Payment, stripe: FakeGateway) -> None:
    finn = UserFactory(first_name="Finn", last_name="Ance")
    PaymentAttempt.objects.create(
        payment=paid, outcome=AttemptOutcome.FAILED, code="card_declined", decline_code="insufficient_funds",
        reference="evt_declined", occurred_at=datetime(2020, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    ReceivedEvent.objects.create(  # type: ignore[misc]
        event_id="evt_told", type="charge.updated", livemode=False, created_at=clock.now(),
        object_id=paid.charge_id or paid.intent_id, ledger_state=LedgerState.APPLIED,
    )  # fmt: skip
    asked_back(paid, finn)
    send_refunds()
    told = timeline(paid)
    said = [moment.what for moment in told]
    assert [moment.at for moment in told] == sorted(moment.at for moment in told)
    assert said[0] == "Card payment: failed"
    assert (told[0].detail, told[0].url) == (
        "insufficient funds", "https://dashboard.stripe.com/test/events/evt_declined",
    )  # fmt: skip
    for wanted in ("Payment: Paid", "Booking: Confirmed", "Stripe event: charge.updated", "Refund requested"):
        assert said.count(wanted) == 1, said
    asked = told[said.index("Refund requested")]
    assert (asked.who, asked.detail) == ("Finn Ance (staff)", "£5.00")
    assert any(what.startswith("Email: ") for what in said)


def test_somebody_who_was_erased_is_not_named(paid: Payment) -> None:
    gone = UserFactory()
    asked_back(paid, gone)
    gone.delete()
    assert "Deleted account (staff)" in [moment.who for moment in timeline(paid)]


def test_live_objects_are_linked_without_test(settings: Settings) -> None:
    settings.STRIPE_LIVE_MODE = True
    assert stripe_url("pi_1") == "https://dashboard.stripe.com/payments/pi_1"
    assert stripe_url("req_1") == ""
    assert stripe_url("") == ""


def test_the_page_shows_refunds_disputes_and_the_way_to_refund(paid: Payment, finance: Client) -> None:
    asked_back(paid, UserFactory())
    Dispute.objects.create(
        payment=paid, stripe_dispute_id="dp_1", amount=paid.amount, status="needs_response",
        evidence_due_at=datetime(2026, 12, 1, 12, tzinfo=UTC),
    )  # fmt: skip
    text = finance.get(page_of(paid)).content.decode()
    for wanted in ("Goodwill: sorry", "£5.00", "1 Dec 2026", "https://dashboard.stripe.com/test/disputes/dp_1"):
        assert wanted in text


@pytest.mark.parametrize(("role", "sees"), [(Role.FINANCE, True), (Role.MANAGER, False), (Role.COORDINATOR, False)])
def test_only_finance_is_offered_the_refund(
    role: Role, sees: bool, paid: Payment, signed_in: Callable[[Role], Client]
) -> None:
    reply = signed_in(role).get(page_of(paid))
    assert (reply.status_code, reverse("refund_payment", args=[paid.pk]) in reply.content.decode()) == (200, sees)


def test_a_long_story_costs_no_more_queries(
    paid: Payment, stripe: FakeGateway, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    user = UserFactory()
    for _ in range(5):
        asked_back(paid, user, 100)
    loaded = Payment.objects.prefetch_related("discrepancies", "refunds", "disputes", "attempts").get(pk=paid.pk)
    with django_assert_max_num_queries(4):
        assert len(timeline(loaded)) > 5


def test_warnings_and_reviews_are_shown_with_how_they_ended(paid: Payment, finance: Client) -> None:
    by = Actor.stripe("evt_1")
    assert "Fraud warnings and reviews" not in finance.get(page_of(paid)).content.decode()
    for kind, stripe_id in ((DiscrepancyKind.FRAUD_WARNING, "issfr_1"), (DiscrepancyKind.REVIEW_OPEN, "prv_1")):
        found = record_discrepancy(kind, stripe_object_id=stripe_id, cause=Cause(by, Source.WEBHOOK), payment=paid)
    close(found, DiscrepancyStatus.HEALED, "Closed at Stripe: approved.", cause=Cause(by, Source.WEBHOOK))
    page = " ".join(strip_tags(finance.get(page_of(paid)).content.decode()).split())
    assert "Early fraud warning: refund in time: Open issfr_1" in page
    assert "Payment under review at Stripe: Resolved, Closed at Stripe: approved. prv_1" in page
