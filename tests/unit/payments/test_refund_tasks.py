"""A refund that did not go through is somebody's task, and is tried again once however often it is asked for."""

import uuid
from collections import Counter
from dataclasses import replace

import pytest
from django.contrib.auth.models import Group

from payments.domain.news import News
from payments.domain.refunds import RefundError, apply_refund, request_refund, send_refunds
from payments.domain.retry import retry_refund, returned_by_hand
from payments.enums import Method, PaymentStatus, RefundReason, RefundStatus
from payments.gateway.base import GatewayRefused
from payments.models import Discrepancy, Dispute, Payment, Refund
from portal.accounts.models import ERASED_DOMAIN
from portal.accounts.roles import Role
from portal.audit.actor import Actor, Source, SystemActor
from portal.audit.models import AuditEvent
from portal.bookings.models import Booking
from portal.common import clock
from portal.notifications.models import Notification, NotificationStatus
from tests.factories import BookingFactory, UserFactory
from tests.fakes import FakeGateway
from tests.ledger import pay

pytestmark = pytest.mark.django_db
BY = Actor.system(SystemActor.SETTLEMENT)


@pytest.fixture
def paid(booking: Booking, stripe: FakeGateway) -> Payment:
    """£11.25, confirmed."""
    return pay(booking, stripe)


@pytest.fixture
def finance(db: None) -> None:
    UserFactory(email="finn@example.com").groups.add(Group.objects.get(name=Role.FINANCE.value))


def ask(payment: Payment, amount: int = 1125, token: uuid.UUID | None = None) -> Refund:
    return request_refund(
        payment.pk, amount=amount, reason=RefundReason.GOODWILL, by=BY, source=Source.STAFF, token=token
    )


def tasks() -> list[tuple[str, str]]:
    return list(Discrepancy.objects.order_by("pk").values_list("stripe_object_id", "status"))


def again(refund: Refund) -> Refund:
    return retry_refund(refund.pk, by=BY, source=Source.STAFF)


def disputed(payment: Payment, refundable: bool = False) -> Dispute:
    return Dispute.objects.create(
        payment=payment,
        stripe_dispute_id="du_1",
        amount=1125,
        status="warning_needs_response" if refundable else "needs_response",
        is_charge_refundable=refundable,
    )


def test_a_form_sent_twice_refunds_once(paid: Payment) -> None:
    token = uuid.uuid4()
    assert ask(paid, 500, token).pk == ask(paid, 500, token).pk
    assert list(Refund.objects.values_list("amount", flat=True)) == [500]


def test_a_form_sent_again_with_another_amount_is_refused(paid: Payment) -> None:
    token = uuid.uuid4()
    ask(paid, 100, token)
    with pytest.raises(RefundError, match="already refunded another amount"):
        ask(paid, 900, token)
    assert list(Refund.objects.values_list("amount", flat=True)) == [100]


def test_a_form_that_refunded_another_payment_is_refused(paid: Payment, stripe: FakeGateway) -> None:
    token, other = uuid.uuid4(), pay(BookingFactory(), stripe)
    ask(paid, 500, token)
    with pytest.raises(RefundError, match="already refunded another payment"):
        ask(other, 500, token)
    assert list(Refund.objects.values_list("payment", "amount")) == [(paid.pk, 500)]


def test_a_refused_refund_goes_again_with_a_new_key_and_its_task_closes(paid: Payment, stripe: FakeGateway) -> None:
    refund = ask(paid)
    stripe.fail_next = [GatewayRefused("insufficient_funds")]
    send_refunds()
    assert tasks() == [(f"refund-{refund.pk}", "open")]
    again(refund)
    with pytest.raises(RefundError, match="on its way already"):
        again(refund)
    paid.refresh_from_db()
    assert paid.pending_refund_amount == 1125
    send_refunds()
    refund.refresh_from_db()
    assert (refund.status, refund.sequence) == (RefundStatus.SUCCEEDED, 2)
    assert tasks() == [(f"refund-{refund.pk}", "healed")]
    assert [key for key in stripe.by_key if key.startswith("refund-")] == [f"refund-{refund.pk}-2"]


def test_a_refund_that_the_bank_sent_back_is_replaced_once(paid: Payment, stripe: FakeGateway) -> None:
    refund = ask(paid)
    send_refunds()
    (at_stripe,) = stripe.refunds.values()
    failed = replace(at_stripe, status="failed", failure_code="expired_or_canceled_card")
    stripe.refunds[at_stripe.id] = failed
    for _ in range(2):
        apply_refund(failed, News(BY, Source.WEBHOOK, clock.now()))
    paid.refresh_from_db()
    assert (paid.status, paid.refunded_amount) == (PaymentStatus.SUCCEEDED, 0)
    assert tasks() == [(f"refund-{refund.pk}", "open")]
    assert again(refund).pk != refund.pk
    with pytest.raises(RefundError, match="sent again before: see the newer refund"):
        again(refund)
    assert tasks() == [(f"refund-{refund.pk}", "healed")]
    send_refunds()
    paid.refresh_from_db()
    assert (paid.status, len(stripe.refunds)) == (PaymentStatus.REFUNDED, 2)


def test_a_retry_never_returns_more_than_was_paid(paid: Payment, stripe: FakeGateway) -> None:
    refund = ask(paid)
    stripe.fail_next = [GatewayRefused("insufficient_funds")]
    send_refunds()
    ask(paid, 100)
    with pytest.raises(RefundError, match="Less than this"):
        again(refund)


def test_a_disputed_charge_is_refunded_only_when_stripe_says_that_it_can_be(paid: Payment, stripe: FakeGateway) -> None:
    dispute = disputed(paid)
    refund = ask(paid)
    send_refunds()
    assert (refund.status, refund.failure_code, stripe.calls.count("refund")) == ("failed", "charge_disputed", 0)
    assert tasks() == [(f"refund-{refund.pk}", "open")]
    with pytest.raises(RefundError, match="disputes this payment"):
        again(refund)
    Dispute.objects.filter(pk=dispute.pk).update(is_charge_refundable=True)
    again(refund)
    send_refunds()
    refund.refresh_from_db()
    assert refund.status == RefundStatus.SUCCEEDED


def test_an_inquiry_leaves_the_charge_refundable(paid: Payment) -> None:
    disputed(paid, refundable=True)
    assert ask(paid).status == RefundStatus.REQUESTED


def test_what_was_paid_outside_is_given_back_by_hand_and_noted_once(paid: Payment, stripe: FakeGateway) -> None:
    Payment.objects.filter(pk=paid.pk).update(method=Method.OFFLINE, intent_id=None)
    refund = ask(paid, 500)
    assert (refund.status, tasks()) == (RefundStatus.FAILED, [(f"refund-{refund.pk}", "open")])
    for _ in range(2):
        returned_by_hand(refund.pk, by=BY, source=Source.STAFF)
    send_refunds()
    paid.refresh_from_db()
    assert (paid.refunded_amount, paid.status) == (500, PaymentStatus.PARTIALLY_REFUNDED)
    assert tasks() == [(f"refund-{refund.pk}", "healed")]
    assert AuditEvent.objects.filter(action="refund.returned_by_hand").count() == 1


def test_a_card_payment_is_not_given_back_by_hand(paid: Payment) -> None:
    with pytest.raises(RefundError, match="through Stripe"):
        returned_by_hand(ask(paid).pk, by=BY, source=Source.STAFF)


def test_the_caregiver_hears_of_it_once_stripe_took_it(paid: Payment, stripe: FakeGateway) -> None:
    ask(paid, 500)
    assert not Notification.objects.filter(template="refund_sent").exists()
    send_refunds()
    assert Notification.objects.get(template="refund_sent").context["amount"] == "£5.00"


def test_a_refund_that_comes_back_is_told_to_the_caregiver_and_to_finance(
    paid: Payment, stripe: FakeGateway, finance: None
) -> None:
    ask(paid)
    send_refunds()
    (at_stripe,) = stripe.refunds.values()
    failed = replace(at_stripe, status="failed", failure_code="expired_or_canceled_card")
    for _ in range(2):
        apply_refund(failed, News(BY, Source.WEBHOOK, clock.now()))
    told = {mail.template: mail for mail in Notification.objects.filter(template__startswith="refund_")}
    assert sorted(told) == ["refund_failed", "refund_sent", "refund_to_settle"]
    assert (told["refund_failed"].to, told["refund_failed"].context["amount"]) == (
        paid.booking.caregiver.user.email,
        "£11.25",
    )
    assert told["refund_to_settle"].context["reason"] == "expired or canceled card"


def test_a_refund_refused_twice_is_told_to_the_caregiver_once_and_to_finance_each_time(
    paid: Payment, stripe: FakeGateway, finance: None
) -> None:
    stripe.fail_next = [GatewayRefused("insufficient_funds")]
    refund = ask(paid)
    send_refunds()
    stripe.fail_next = [None, GatewayRefused("insufficient_funds")]  # it looks before it sends again
    retry_refund(refund.pk, by=BY, source=Source.STAFF)
    send_refunds()
    told = Counter(Notification.objects.filter(template__startswith="refund_").values_list("template", flat=True))
    assert told == {"refund_failed": 1, "refund_to_settle": 2}


def test_a_refund_to_an_erased_account_says_that_nobody_was_told(paid: Payment, stripe: FakeGateway) -> None:
    user = paid.booking.caregiver.user
    user.email = f"erased-{user.pk}@{ERASED_DOMAIN}"
    user.save()
    ask(paid)
    send_refunds()
    assert Notification.objects.get(template="refund_sent").status == NotificationStatus.NOT_SENT
