"""A refund that did not go through is somebody's task, and is tried again once however often it is asked for."""

import uuid
from collections import Counter
from dataclasses import replace

import pytest
from django.contrib.auth.models import Group

from payments.domain.discrepancies import close
from payments.domain.disputes import apply_dispute
from payments.domain.refunds.apply import apply_refund
from payments.domain.refunds.request import request_refund
from payments.domain.refunds.retry import mark_refunded_offline, retry_refund
from payments.domain.refunds.send import send_refunds
from payments.enums import Applied, DiscrepancyStatus, Method, PaymentStatus, RefundReason, RefundStatus
from payments.errors import RefundError
from payments.gateway.base import DisputeResult, GatewayRefused
from payments.models import Discrepancy, Dispute, Payment, Refund
from portal.accounts.models import ERASED_DOMAIN
from portal.accounts.roles import Role
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.audit.models import AuditEvent
from portal.common import clock
from portal.notifications.models import Notification, NotificationStatus
from tests.factories import BookingFactory, UserFactory
from tests.fakes import FakeGateway
from tests.ledger import pay
from tests.unit.payments.differences import run as compare

pytestmark = pytest.mark.django_db
BY = Actor.system(SystemActor.SETTLEMENT)


@pytest.fixture
def finance(db: None) -> None:
    UserFactory(email="finn@example.com").groups.add(Group.objects.get(name=Role.FINANCE.value))


def ask(payment: Payment, amount: int = 1125, token: uuid.UUID | None = None) -> Refund:
    return request_refund(
        payment.pk, amount=amount, reason=RefundReason.GOODWILL, cause=Cause(BY, Source.STAFF), token=token
    )


def tasks() -> list[tuple[str, str]]:
    return list(Discrepancy.objects.order_by("pk").values_list("stripe_object_id", "status"))


def again(refund: Refund) -> Refund:
    return retry_refund(refund.pk, cause=Cause(BY, Source.STAFF))


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
    with pytest.raises(RefundError, match="already refunded a different amount"):
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
    with pytest.raises(RefundError, match="already on its way"):
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
        apply_refund(failed, Cause(BY, Source.WEBHOOK, clock.now()))
    paid.refresh_from_db()
    assert (paid.status, paid.refunded_amount) == (PaymentStatus.SUCCEEDED, 0)
    assert tasks() == [(f"refund-{refund.pk}", "open")]
    assert again(refund).pk != refund.pk
    with pytest.raises(RefundError, match="already been retried"):
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
    assert again(refund).amount == 1025
    with pytest.raises(RefundError, match="already on its way"):
        again(refund)
    send_refunds()
    paid.refresh_from_db()
    assert (paid.status, paid.refunded_amount) == (PaymentStatus.REFUNDED, 1125)


def test_a_disputed_charge_is_refunded_only_when_stripe_says_that_it_can_be(paid: Payment, stripe: FakeGateway) -> None:
    dispute = disputed(paid)
    refund = ask(paid)
    send_refunds()
    assert (refund.status, refund.failure_code, stripe.calls.count("refund")) == ("failed", "charge_disputed", 0)
    assert tasks() == [(f"refund-{refund.pk}", "open")]
    with pytest.raises(RefundError, match="disputed this payment"):
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
        mark_refunded_offline(refund.pk, amount=500, cause=Cause(BY, Source.STAFF))
    send_refunds()
    paid.refresh_from_db()
    assert (paid.refunded_amount, paid.status) == (500, PaymentStatus.PARTIALLY_REFUNDED)
    assert tasks() == [(f"refund-{refund.pk}", "healed")]
    assert AuditEvent.objects.filter(action="refund.returned_by_hand").count() == 1


def by_hand(refund: Refund, amount: int) -> Refund:
    return mark_refunded_offline(refund.pk, amount=amount, cause=Cause(BY, Source.STAFF))


def closed(payment: Payment, status: str, withdrawn: int = 0) -> Refund:
    """A refund of everything that a dispute stopped, which then ended; the task is about what is left."""
    apply_dispute(dispute_of(payment, "needs_response", 1125), Cause(BY, Source.WEBHOOK, clock.now()))
    refund = ask(payment)
    apply_dispute(dispute_of(payment, status, withdrawn), Cause(BY, Source.WEBHOOK, clock.now()))
    refund.refresh_from_db()
    return refund


def dispute_of(payment: Payment, status: str, withdrawn: int) -> DisputeResult:
    """As Stripe has it."""
    return DisputeResult(
        id="du_1", intent_id=str(payment.intent_id), charge_id=payment.charge_id, status=status, reason="fraudulent",
        amount=1125, currency="GBP", created_at=clock.now(), is_charge_refundable=False, withdrawn_amount=withdrawn,
        evidence_due_at=None, movements=1 if status == "needs_response" else 2,
    )  # fmt: skip


def money(payment: Payment) -> tuple[str, int, int, int]:
    payment.refresh_from_db()
    return payment.status, payment.refunded_amount, payment.disputed_amount, Payment.objects.totals()["GBP"]["net"]


def test_what_stripe_can_still_send_is_not_returned_by_hand(paid: Payment, stripe: FakeGateway) -> None:
    refund = ask(paid)
    with pytest.raises(RefundError, match="already on its way"):
        by_hand(refund, 1125)
    stripe.fail_next = [GatewayRefused("insufficient_funds")]
    send_refunds()
    with pytest.raises(RefundError, match="Retry it instead"):
        by_hand(refund, 1125)
    assert money(paid) == (PaymentStatus.SUCCEEDED, 0, 0, 1125)


def test_while_the_bank_decides_nothing_is_returned_by_hand(paid: Payment) -> None:
    disputed(paid)
    with pytest.raises(RefundError, match="Respond to the dispute instead"):
        by_hand(ask(paid), 1125)


@pytest.mark.parametrize(("status", "withdrawn", "owed"), [("won", 0, 1125), ("lost", 500, 625)])
def test_after_a_closed_dispute_what_is_owed_is_returned_by_hand_once(
    paid: Payment, stripe: FakeGateway, status: str, withdrawn: int, owed: int
) -> None:
    refund = closed(paid, status, withdrawn)
    for _ in range(2):
        assert by_hand(refund, owed).pk == refund.pk
    whole = PaymentStatus.REFUNDED if owed == 1125 else PaymentStatus.PARTIALLY_REFUNDED
    assert money(paid) == (whole, owed, withdrawn, 0)
    assert Discrepancy.objects.get(stripe_object_id=f"refund-{refund.pk}").status == "healed"
    assert (send_refunds(), stripe.calls.count("refund")) == (0, 0)
    audited = AuditEvent.objects.get(action="refund.returned_by_hand")
    assert audited.data == {"payment": paid.pk, "amount": owed}
    (mail,) = Notification.objects.filter(template="refund_returned")
    assert (mail.to, mail.context["amount"]) == (paid.booking.caregiver.user.email, "£11.25" if owed > 625 else "£6.25")
    assert Refund.objects.get().outcome_label == "Refunded manually"


def test_another_amount_than_is_owed_is_not_noted(paid: Payment) -> None:
    refund = closed(paid, "lost", 500)
    for amount in (0, 624, 1125):
        with pytest.raises(RefundError, match="The amount due has changed"):
            by_hand(refund, amount)
    assert money(paid) == (PaymentStatus.SUCCEEDED, 0, 500, 625)


def test_two_tasks_return_no_more_than_was_paid(paid: Payment) -> None:
    disputed(paid)
    first, second = ask(paid, 1000), ask(paid, 500)
    Dispute.objects.update(status="won")
    with pytest.raises(RefundError, match="The amount due has changed"):
        by_hand(first, 1000)
    by_hand(first, 625)
    by_hand(second, 500)
    assert money(paid) == (PaymentStatus.REFUNDED, 1125, 0, 0)


def test_what_finance_has_ignored_is_not_returned_by_hand(paid: Payment) -> None:
    refund = closed(paid, "won")
    close(Discrepancy.objects.get(), DiscrepancyStatus.IGNORED, "A gift card.", cause=Cause(BY, Source.STAFF))
    with pytest.raises(RefundError, match="nothing left to return"):
        by_hand(refund, 1125)


def test_what_the_bank_sent_back_is_returned_by_hand_beside_stripes_row(paid: Payment, stripe: FakeGateway) -> None:
    refund = ask(paid)
    send_refunds()
    failed = replace(*stripe.refunds.values(), status="failed", failure_code="expired_or_canceled_card")
    stripe.refunds[failed.id] = failed
    cause = Cause(BY, Source.WEBHOOK, clock.now())
    apply_refund(failed, cause)
    returned = by_hand(refund, 1125)
    assert by_hand(refund, 1125) == returned
    with pytest.raises(RefundError, match="See the newer refund"):
        again(refund)
    apply_refund(failed, cause)  # told again: Stripe's own row is Stripe's
    refund.refresh_from_db()
    assert (returned.pk != refund.pk, refund.status, money(paid)[:2]) == (True, "failed", ("refunded", 1125))


def test_what_is_sent_again_is_not_returned_by_hand_too(paid: Payment, stripe: FakeGateway) -> None:
    refund = ask(paid)
    send_refunds()
    apply_refund(replace(*stripe.refunds.values(), status="failed"), Cause(BY, Source.WEBHOOK, clock.now()))
    again(refund)
    with pytest.raises(RefundError, match="See the newer refund"):
        by_hand(refund, 1125)


def test_a_refund_of_stripes_on_top_of_one_by_hand_is_a_difference(paid: Payment, stripe: FakeGateway) -> None:
    refund = closed(paid, "won")
    by_hand(refund, 1125)
    made = stripe.refund(str(paid.intent_id), 100, refund_id=refund.pk, idempotency_key="k")
    assert apply_refund(made, Cause(BY, Source.WEBHOOK, clock.now())) is Applied.DISCREPANCY
    assert (Refund.objects.get().stripe_refund_id, money(paid)[:2]) == (None, ("refunded", 1125))
    assert Discrepancy.objects.get(kind="refund_differs").amount == 100


def test_the_comparison_finds_nothing_wrong_with_money_returned_by_hand(paid: Payment, stripe: FakeGateway) -> None:
    by_hand(closed(paid, "won"), 1125)
    stripe.disputes["du_1"] = dispute_of(paid, "won", 0)
    Payment.objects.update(fee_amount=37, balance_transaction_id="txn_1")
    assert compare(stripe).found == {}
    assert money(paid) == (PaymentStatus.REFUNDED, 1125, 0, 0)


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
        apply_refund(failed, Cause(BY, Source.WEBHOOK, clock.now()))
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
    retry_refund(refund.pk, cause=Cause(BY, Source.STAFF))
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
