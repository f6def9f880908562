"""The only way to cancel a booking: by the caregiver, or by staff."""

from dataclasses import dataclass

from django.db import transaction

from payments.domain import notify
from payments.domain.refunds import request_refund
from payments.domain.release import Released, close_open_payments, finish_release, request_release
from payments.enums import Purpose, RefundReason
from payments.models import Payment
from portal.audit.actor import Actor, Source
from portal.bookings.domain.policy import RefundTerms, refund_terms
from portal.bookings.domain.transitions import locked, move
from portal.bookings.enums import BookingStatus, SessionStatus
from portal.bookings.models import Booking
from portal.common import clock
from portal.common.money import smallest_step


class NotCancellable(Exception):
    """Cancelled already, over, or expired."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What cancelling now would return, in minor units, and the terms it follows from."""

    amount: int
    terms: RefundTerms


def quote(booking: Booking) -> Quote:
    """What the caregiver is shown before they confirm."""
    terms = refund_terms(booking, clock.now())
    payments = [payment for payment in booking.payments.all() if not payment.was_taken_back]
    paid = sum(payment.captured_amount for payment in payments)
    returned = sum(payment.refunded_amount + payment.pending_refund_amount for payment in payments)
    due = paid * terms.percent // 100
    due -= due % smallest_step(booking.currency)  # what the card networks can send back
    return Quote(max(0, min(due, paid - returned)), terms)


def cancel(booking: Booking, *, by: Actor, source: Source) -> Released:
    """Cancel: unpaid places are released as Stripe allows, paid ones refunded by the booking's own terms.

    KEPT means that a payment is under way: it is cancelled as soon as Stripe answers. Raises NotCancellable.
    """
    if booking.status == BookingStatus.AWAITING_DEPOSIT:
        if request_release(booking.pk, to=BookingStatus.CANCELLED, by=by, source=source):
            return finish_release(booking.pk, by=by, source=source)
        booking.refresh_from_db()
    _cancel_confirmed(booking.pk, by=by, source=source)
    close_open_payments(booking.pk, by=by, source=source)
    return Released.RELEASED


@transaction.atomic
def _cancel_confirmed(booking_id: int, *, by: Actor, source: Source) -> None:
    booking = locked(booking_id)
    by_us = booking.session.status == SessionStatus.CANCELLED
    if booking.status != BookingStatus.CONFIRMED or (booking.session.starts_at <= clock.now() and not by_us):
        raise NotCancellable
    due = quote(booking).amount
    reason = RefundReason.SESSION_CANCELLED if by_us else RefundReason.CANCELLATION
    move(booking_id, to=BookingStatus.CANCELLED, by=by, source=source, reason="session" if by_us else "cancelled")
    refund_booking(booking, due, reason, by=by, source=source)
    notify.booking_cancelled(booking, due)


def refund_booking(booking: Booking, amount: int, reason: RefundReason, *, by: Actor, source: Source) -> None:
    """Send `amount` minor units back: from the balance first, then from the deposit."""
    captured = Payment.objects.filter(booking=booking).captured()
    for payment in sorted(captured, key=lambda p: p.purpose != Purpose.BALANCE):
        part = min(amount, payment.refundable_amount)
        if part > 0:
            request_refund(payment.pk, amount=part, reason=reason, by=by, source=source)
            amount -= part
