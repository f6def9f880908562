"""What a booking's page says of its money is what emails and tasks say: from refund, task and dispute together."""

from dataclasses import replace
from datetime import date

import pytest

from payments.domain.cancellation import cancel
from payments.domain.discrepancies import close
from payments.domain.disputes import apply_dispute
from payments.domain.offline import record_balance
from payments.domain.refunds.apply import apply_refund
from payments.domain.refunds.request import request_refund
from payments.domain.refunds.retry import mark_refunded_offline, retry_refund
from payments.domain.refunds.send import send_refunds
from payments.enums import DiscrepancyStatus, OfflineKind, RefundReason
from payments.gateway.base import DisputeResult, GatewayRefused, RefundResult
from payments.models import Discrepancy, Payment, Refund
from payments.queries import payments_of
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.bookings.models import Booking
from portal.common import clock
from tests.fakes import FakeGateway
from tests.ledger import cause

pytestmark = pytest.mark.django_db
BY = Actor.system(SystemActor.SETTLEMENT)
DEPOSIT = ("Deposit", 1125, "Paid")


def said(payment: Payment) -> list[tuple[str, int, str]]:
    return [(e.purpose_label, e.amount, e.status_label) for e in payments_of(payment.booking)]


def disputed(payment: Payment, status: str = "needs_response") -> None:
    result = DisputeResult(
        id="du_1", intent_id=str(payment.intent_id), charge_id=payment.charge_id, status=status, reason="fraudulent",
        amount=1125, currency="GBP", created_at=clock.now(), is_charge_refundable=False,
        withdrawn_amount=0 if status == "won" else 1125, evidence_due_at=None, movements=2 if status == "won" else 1,
    )  # fmt: skip
    apply_dispute(result, cause())


def cancelled(payment: Payment) -> None:
    cancel(Booking.objects.get(pk=payment.booking_id), cause=Cause(BY, Source.STAFF))


def test_money_to_be_given_back_by_hand_is_no_failure(paid: Payment) -> None:
    by_staff = Actor.user(paid.booking.caregiver.user)
    record_balance(
        paid.booking_id,
        kind=OfflineKind.CASH,
        received_on=date.today(),
        reference="",
        cause=Cause(by_staff, Source.STAFF),
    )
    cancelled(paid)
    assert ("Refund", 3375, "To be refunded by our team") in said(paid)
    mark_refunded_offline(Refund.objects.get(amount=3375).pk, amount=3375, cause=Cause(BY, Source.STAFF))
    assert ("Refund", 3375, "Refunded") in said(paid)


def test_a_refund_waits_for_the_bank_and_then_for_our_team(paid: Payment) -> None:
    disputed(paid)
    cancelled(paid)
    assert said(paid) == [DEPOSIT, ("Refund", 1125, "Waiting for the bank’s decision")]
    disputed(paid, "won")
    assert said(paid) == [DEPOSIT, ("Refund", 1125, "To be refunded by our team")]


def test_what_a_lost_dispute_took_was_returned_by_the_bank(paid: Payment) -> None:
    disputed(paid, "lost")
    assert said(paid) == [DEPOSIT, ("Refund", 1125, "Returned by the bank")]


def test_a_refund_that_the_bank_has_covered_is_not_shown_beside_it(paid: Payment) -> None:
    disputed(paid)
    cancelled(paid)
    disputed(paid, "lost")
    assert said(paid) == [DEPOSIT, ("Refund", 1125, "Returned by the bank")]


def test_a_refund_that_is_owed_again_waits_for_our_team_and_then_is_refunded(paid: Payment) -> None:
    disputed(paid)
    cancelled(paid)
    for status in ("lost", "won"):
        disputed(paid, status)
    assert said(paid) == [DEPOSIT, ("Refund", 1125, "To be refunded by our team")]
    owed = Refund.objects.get(status="failed")
    mark_refunded_offline(owed.pk, amount=1125, cause=Cause(BY, Source.STAFF))
    assert said(paid)[1:] == [("Refund", 1125, "Refunded")]


def test_a_reservation_reduced_to_nothing_is_not_shown(paid: Payment) -> None:
    cancelled(paid)
    made_there = RefundResult(
        id="re_9", intent_id=str(paid.intent_id), charge_id=paid.charge_id, status="succeeded", amount=1125,
        currency="GBP", created_at=clock.now(), metadata={},
    )  # fmt: skip
    apply_refund(made_there, cause())
    assert said(paid) == [("Deposit", 1125, "Refunded"), ("Refund", 1125, "Refunded")]


def test_a_refund_that_another_one_replaced_is_not_shown(paid: Payment, stripe: FakeGateway) -> None:
    refund = request_refund(paid.pk, amount=500, reason=RefundReason.GOODWILL, cause=Cause(BY, Source.STAFF))
    send_refunds()
    apply_refund(replace(*stripe.refunds.values(), status="failed"), cause())
    assert said(paid) == [DEPOSIT, ("Refund", 500, "To be refunded by our team")]
    retry_refund(refund.pk, cause=Cause(BY, Source.STAFF))
    assert said(paid) == [DEPOSIT, ("Refund", 500, "Requested")]


def test_what_finance_closed_with_a_reason_is_settled(paid: Payment, stripe: FakeGateway) -> None:
    request_refund(paid.pk, amount=500, reason=RefundReason.GOODWILL, cause=Cause(BY, Source.STAFF))
    stripe.fail_next = [GatewayRefused("insufficient_funds")]
    send_refunds()
    close(Discrepancy.objects.get(), DiscrepancyStatus.IGNORED, "Sent by transfer.", cause=Cause(BY, Source.STAFF))
    assert said(paid) == [DEPOSIT, ("Refund", 500, "Settled by our team")]
