"""Events as Stripe delivers them, about payments of the fake gateway, and where the ledger ends."""

from collections.abc import Iterable
from itertools import count
from typing import Any

from payments.domain.checkout import open_checkout
from payments.enums import PaymentStatus
from payments.gateway.base import (
    Charge,
    RefundResult,
)
from payments.models import Discrepancy, Payment, PaymentAttempt, PaymentTransition, ReceivedEvent, Refund
from portal.bookings.models import Booking
from portal.common import clock
from portal.notifications.models import Notification
from tests.factories import BookingFactory, SessionFactory
from tests.fakes import FakeGateway

_numbers = count(1)

WORDS = {
    "payment_intent.created": "requires_payment_method",
    "payment_intent.payment_failed": "requires_payment_method",
    "payment_intent.requires_action": "requires_action",
    "payment_intent.processing": "processing",
    "payment_intent.succeeded": "succeeded",
    "payment_intent.canceled": "canceled",
}

DECLINE = {"code": "card_declined", "decline_code": "insufficient_funds", "type": "card_error"}


def event(kind: str, data: dict[str, Any], **changes: Any) -> ReceivedEvent:
    """A received event of `kind` about the object `data`."""
    fields = {
        "event_id": f"evt_{next(_numbers)}",
        "type": kind,
        "object_id": data["id"],
        "livemode": False,
        "created_at": clock.now().replace(microsecond=0),
        "payload": {"data": {"object": data}},
    }
    return ReceivedEvent.objects.create(**{**fields, **changes})


def told(kind: str, payment: Payment, **changes: Any) -> ReceivedEvent:
    """An event about `payment`: its intent in the state that `kind` tells of, its charge or its refund."""
    if kind.startswith("charge."):
        return event(kind, {"id": f"ch_{payment.intent_id}", "object": "charge"}, **changes)
    if kind.startswith("refund."):
        return event(kind, {"id": f"re_{payment.intent_id}", "object": "refund"}, **changes)
    status = WORDS[kind]
    intent = {
        "id": payment.intent_id,
        "object": "payment_intent",
        "status": status,
        "amount": payment.amount,
        "amount_received": payment.amount if status == "succeeded" else 0,
        "currency": payment.currency.lower(),
        "livemode": False,
        "created": 1_790_000_000,
        "metadata": {"payment_id": str(payment.pk), "booking_reference": payment.booking.reference},
        "latest_charge": f"ch_{payment.intent_id}" if status == "succeeded" else None,
        "last_payment_error": DECLINE if kind.endswith("payment_failed") else None,
    }
    return event(kind, intent, **changes)


def charged(payment: Payment, stripe: FakeGateway, refunded: int = 0) -> None:
    """Stripe's charge for the payment, fee known."""
    charge_id = f"ch_{payment.intent_id}"
    stripe.charges[charge_id] = Charge(
        id=charge_id,
        intent_id=str(payment.intent_id),
        status="succeeded",
        amount=payment.amount,
        amount_refunded=refunded,
        currency=payment.currency,
        livemode=False,
        disputed=False,
        balance_transaction_id="txn_1",
        fee_amount=37,
    )


def refunded(payment: Payment, stripe: FakeGateway, amount: int, status: str = "succeeded") -> None:
    """A refund that somebody made in Stripe's dashboard."""
    stripe.refunds[f"re_{payment.intent_id}"] = RefundResult(
        id=f"re_{payment.intent_id}",
        intent_id=str(payment.intent_id),
        charge_id=f"ch_{payment.intent_id}",
        status=status,
        amount=amount,
        currency=payment.currency,
        created_at=clock.now(),
        metadata={},
    )


def end_state(payment: Payment) -> tuple[Any, ...]:
    """Everything that the order of news must not change."""
    payment.refresh_from_db()
    booking = Booking.objects.get(pk=payment.booking_id)
    return (
        payment.status,
        (payment.captured_amount, payment.refunded_amount, payment.pending_refund_amount, payment.fee_amount),
        booking.status,
        tuple(sorted(PaymentAttempt.objects.filter(payment=payment).values_list("outcome", "decline_code"))),
        tuple(Refund.objects.filter(payment=payment).values_list("amount", "status", "reason")),
        PaymentTransition.objects.filter(payment=payment, to_status=PaymentStatus.SUCCEEDED).count(),
        Discrepancy.objects.filter(payment=payment).count(),
        tuple(sorted(confirmations(booking))),
        ReceivedEvent.objects.exclude(ledger_state="applied").count(),
    )


def confirmations(booking: Booking) -> Iterable[str]:
    wanted = ["booking_confirmed", "deposit_received"]
    mine = Notification.objects.filter(about=f"booking:{booking.pk}", template__in=wanted)
    return mine.values_list("template", flat=True)


def opened(stripe: FakeGateway) -> Payment:
    return open_checkout(BookingFactory(session=SessionFactory())).payment
