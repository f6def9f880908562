"""A short history of bookings, made through the domain at chosen moments."""

from datetime import datetime
from typing import Any

import time_machine

from payments.domain.disputes import apply_dispute
from payments.domain.intent_sync import apply_intent, record_decline
from payments.domain.refunds.apply import apply_refund
from payments.gateway.base import DisputeResult, Intent, PaymentError, RefundResult
from payments.models import Payment
from portal.audit.actor import Actor, Cause, Source
from portal.bookings.domain.transitions import transition
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking, Session
from tests.factories import BookingFactory


def booked(at: datetime, session: Session) -> Booking:
    with time_machine.travel(at, tick=False):
        return BookingFactory(session=session)


def paid(booking: Booking, at: datetime) -> Payment:
    payment = booking.payments.get()
    with time_machine.travel(at, tick=False):
        apply_intent(intent_of(payment, status="succeeded", amount_received=payment.amount), _cause(at))
    payment.refresh_from_db()
    return payment


def declined(booking: Booking, at: datetime, reason: str = "insufficient_funds") -> None:
    payment = booking.payments.get()
    error = PaymentError("card_declined", reason)
    told = intent_of(payment, status="requires_payment_method", last_error=error)
    with time_machine.travel(at, tick=False):
        apply_intent(told, _cause(at))
        record_decline(payment.pk, told, _cause(at, f"evt_{payment.pk}_{at.timestamp()}"), occurred_at=at)


def refunded(payment: Payment, amount: int, at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        apply_refund(
            RefundResult(
                id=f"re_{payment.pk}", intent_id=str(payment.intent_id), charge_id="", amount=amount,
                currency=payment.currency,
                status="succeeded", created_at=at, metadata={}, failure_code="", balance_transaction_id="",
            ),
            _cause(at),
        )  # fmt: skip


def disputed(payment: Payment, opened: datetime, *, withdrawn: int, status: str = "needs_response", **fee: Any) -> None:
    apply_dispute(
        DisputeResult(
            id=f"dp_{payment.pk}", intent_id=str(payment.intent_id), charge_id="", amount=payment.amount,
            currency=payment.currency, status=status, reason="fraudulent", is_charge_refundable=False,
            withdrawn_amount=withdrawn, evidence_due_at=None, created_at=opened, **fee,
        ),
        _cause(opened),
    )  # fmt: skip


def moved(booking: Booking, to: BookingStatus, at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        transition(booking.pk, to=to, cause=Cause(Actor.stripe(), Source.STAFF))


def intent_of(payment: Payment, **fields: Any) -> Intent:
    known: dict[str, Any] = {
        "id": f"pi_{payment.pk}", "status": "succeeded", "amount": payment.amount, "amount_received": 0,
        "currency": payment.currency, "livemode": False, "created_at": payment.created_at,
        "metadata": {"payment_id": str(payment.pk), "booking_reference": payment.booking.reference},
        "client_secret": "s", "latest_charge_id": f"ch_{payment.pk}", "last_error": None, "cancellation_reason": "",
    }  # fmt: skip
    return Intent(**(known | fields))


def _cause(at: datetime, event: str = "") -> Cause:
    return Cause(Actor.stripe(event), Source.WEBHOOK, at, event)
