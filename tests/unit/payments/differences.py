"""Differences between Stripe and the ledger, to plant; each says whether a run heals it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import time_machine

from payments.domain.checkout import open_checkout
from payments.domain.intent_sync import apply_intent
from payments.domain.reconciliation import reconcile
from payments.domain.refunds.apply import apply_refund
from payments.enums import DiscrepancyStatus, RunKind
from payments.gateway.base import Charge, DisputeResult, Intent, RefundResult
from payments.models import Discrepancy, Payment, ReconciliationRun
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.common import clock
from tests.factories import BookingFactory
from tests.fakes import FakeGateway

BY = Actor.system(SystemActor.SETTLEMENT)


Plant = Callable[[FakeGateway], None]


def opened() -> Payment:
    return open_checkout(BookingFactory()).payment


def paid(stripe: FakeGateway) -> Payment:
    """A deposit that both sides agree on, fee included."""
    payment = opened()
    apply_intent(stripe.pay(str(payment.intent_id)), Cause(BY, Source.WEBHOOK, clock.now()))
    Payment.objects.filter(pk=payment.pk).update(fee_amount=37, balance_transaction_id="txn_1")
    payment.refresh_from_db()
    return payment


def run(stripe: FakeGateway, *, heal: bool = True) -> ReconciliationRun:
    """Everything up to now, an hour after it happened."""
    with time_machine.travel(clock.now() + timedelta(hours=3)):
        now = clock.now()
        return reconcile(RunKind.FULL, now - timedelta(days=1), now, heal_missed=heal)


def open_kinds() -> Counter[str]:
    return Counter(Discrepancy.objects.filter(status=DiscrepancyStatus.OPEN).values_list("kind", flat=True))


# What can be planted; each says whether it heals.


def succeeded_unheard(stripe: FakeGateway) -> None:
    payment = opened()
    stripe.pay(str(payment.intent_id))
    add_charge(stripe, payment)


def cancelled_unheard(stripe: FakeGateway) -> None:
    stripe.set(str(opened().intent_id), status="canceled", cancellation_reason="abandoned")


def reply_lost(stripe: FakeGateway) -> None:
    payment = opened()
    stripe.pay(str(payment.intent_id))
    add_charge(stripe, payment)
    Payment.objects.filter(pk=payment.pk).update(intent_id=None)


def spare_intent(stripe: FakeGateway) -> None:
    """Stripe answered 500 and had made it all the same; the next request made the one that the payment has."""
    intent = stripe.intents[str(opened().intent_id)]
    stripe.intents["pi_spare"] = replace(intent, id="pi_spare")


def paid_here_only(stripe: FakeGateway) -> None:
    stripe.set(str(paid(stripe).intent_id), status="requires_payment_method", amount_received=0)


def gone_at_stripe(stripe: FakeGateway) -> None:
    del stripe.intents[str(paid(stripe).intent_id)]


def other_amount(stripe: FakeGateway) -> None:
    stripe.set(str(paid(stripe).intent_id), amount=999, amount_received=999)


def other_currency(stripe: FakeGateway) -> None:
    stripe.set(str(paid(stripe).intent_id), currency="USD")


def stranger(stripe: FakeGateway) -> None:
    stripe.intents["pi_stranger"] = intent_of("pi_stranger", {})


def claims_a_payment_that_is_not(stripe: FakeGateway) -> None:
    stripe.intents["pi_ghost"] = intent_of("pi_ghost", {"payment_id": "999999"})


def charged_twice(stripe: FakeGateway) -> None:
    """A second intent for a payment that is paid."""
    payment = paid(stripe)
    stripe.intents["pi_second"] = intent_of("pi_second", naming(payment))


def of_a_booking_lost_in_a_restore(stripe: FakeGateway) -> None:
    """The number was given again, to a payment that waits."""
    Payment.objects.filter(pk=(payment := opened()).pk).update(intent_id=None)
    stripe.intents.pop(str(payment.intent_id))
    lost = intent_of("pi_before", naming(payment) | {"booking_reference": "7K3M-9QX2-W4TD"})
    stripe.intents[lost.id] = replace(lost, amount=payment.amount, amount_received=payment.amount)


def of_a_booking_lost_whose_number_was_paid_since(stripe: FakeGateway) -> None:
    claimed = naming(paid(stripe)) | {"booking_reference": "7K3M-9QX2-W4TD"}
    stripe.intents["pi_since"] = intent_of("pi_since", claimed)


def refund_gone_at_stripe(stripe: FakeGateway) -> None:
    payment = paid(stripe)
    add_refund(stripe, payment, "re_gone")
    apply_refund(stripe.refunds["re_gone"], Cause(BY, Source.WEBHOOK, clock.now()))
    del stripe.refunds["re_gone"]


def refund_unheard(stripe: FakeGateway) -> None:
    add_refund(stripe, paid(stripe), "re_unheard")


def refund_of_no_money(stripe: FakeGateway) -> None:
    add_refund(stripe, opened(), "re_unfounded")


def dispute_unheard(stripe: FakeGateway) -> None:
    payment = paid(stripe)
    stripe.disputes["dp_1"] = DisputeResult(
        id="dp_1", intent_id=str(payment.intent_id), charge_id=payment.charge_id, status="needs_response",
        reason="fraudulent", amount=1125, currency="GBP", created_at=clock.now(), is_charge_refundable=False,
        withdrawn_amount=1125, evidence_due_at=clock.now() + timedelta(days=7),
    )  # fmt: skip


def fee_unheard(stripe: FakeGateway) -> None:
    payment = paid(stripe)
    Payment.objects.filter(pk=payment.pk).update(fee_amount=None, balance_transaction_id="")
    add_charge(stripe, payment)


def fee_unknown_at_stripe(stripe: FakeGateway) -> None:
    fee_unheard(stripe)
    charge_id, charge = stripe.charges.popitem()
    stripe.charges[charge_id] = replace(charge, balance_transaction_id="", fee_amount=None)


def naming(payment: Payment) -> dict[str, str]:
    return {"payment_id": str(payment.pk), "booking_reference": payment.booking.reference}


def intent_of(intent_id: str, metadata: dict[str, str]) -> Intent:
    return Intent(
        id=intent_id, status="succeeded", amount=700, amount_received=700, currency="GBP", livemode=False,
        created_at=clock.now(), metadata=metadata, latest_charge_id="ch_" + intent_id,
    )  # fmt: skip


def add_charge(stripe: FakeGateway, payment: Payment) -> None:
    charge_id = f"ch_{payment.intent_id}"
    stripe.charges[charge_id] = Charge(
        id=charge_id, intent_id=str(payment.intent_id), status="succeeded", amount=payment.amount, amount_refunded=0,
        currency="GBP", livemode=False, disputed=False, balance_transaction_id="txn_9", fee_amount=37,
    )  # fmt: skip


def add_refund(stripe: FakeGateway, payment: Payment, refund_id: str) -> None:
    stripe.refunds[refund_id] = RefundResult(
        id=refund_id, intent_id=str(payment.intent_id), charge_id=payment.charge_id, status="succeeded", amount=125,
        currency="GBP", created_at=clock.now(), metadata={},
    )  # fmt: skip


HEALABLE: list[tuple[Plant, str]] = [
    (succeeded_unheard, "status_differs"),
    (cancelled_unheard, "status_differs"),
    (reply_lost, "missing_locally"),
    (spare_intent, "missing_locally"),
    (refund_unheard, "refund_differs"),
    (dispute_unheard, "dispute_missing"),
    (fee_unheard, "fee_missing"),
]


FOR_FINANCE: list[tuple[Plant, str]] = [
    (paid_here_only, "status_differs"),
    (gone_at_stripe, "missing_at_stripe"),
    (other_amount, "amount_differs"),
    (other_currency, "amount_differs"),
    (stranger, "unknown_charge"),
    (claims_a_payment_that_is_not, "missing_locally"),
    (of_a_booking_lost_in_a_restore, "missing_locally"),
    (of_a_booking_lost_whose_number_was_paid_since, "missing_locally"),
    (refund_of_no_money, "refund_differs"),
    (refund_gone_at_stripe, "refund_differs"),
    (charged_twice, "duplicate_charge"),
    (fee_unknown_at_stripe, "fee_missing"),
]
