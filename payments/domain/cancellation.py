"""The only way to cancel a booking: by the caregiver, or by staff."""

from django.db import transaction

from payments.domain import notify
from payments.domain.refunds.quote import quote
from payments.domain.refunds.request import request_refund
from payments.domain.release import Released, close_open_payments, finish_release, request_release
from payments.enums import RefundReason
from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.bookings.domain.transitions import locked, transition
from portal.bookings.enums import BookingStatus, SessionStatus
from portal.bookings.models import Booking
from portal.common import clock


class NotCancellable(Exception):
    """Cancelled already, over, or expired."""


class LessThanShown(Exception):
    """Less comes back now than the page showed: whoever confirmed it is asked again."""


def cancel(booking: Booking, *, cause: Cause, shown: int = 0) -> Released:
    """Cancel: unpaid places are released as Stripe allows, paid ones refunded by the booking's own terms.

    `shown` is the amount (minor units) that whoever confirms it was shown. KEPT means that a payment is under way: it
    is cancelled as soon as Stripe answers. Raises NotCancellable, and LessThanShown with nothing changed.
    """
    try:
        return _cancel(booking, cause=cause, shown=shown)
    except (NotCancellable, LessThanShown) as refusal:
        with transaction.atomic():
            code = {"reason": type(refusal).__name__}
            record("booking.cancellation_refused", booking, cause=cause, data=code)
        raise


def _cancel(booking: Booking, *, cause: Cause, shown: int) -> Released:
    if booking.status == BookingStatus.AWAITING_DEPOSIT:
        if request_release(booking.pk, to=BookingStatus.CANCELLED, cause=cause):
            return finish_release(booking.pk, cause=cause)
        booking.refresh_from_db()
    _cancel_confirmed(booking.pk, cause=cause, shown=shown)
    close_open_payments(booking.pk, cause=cause)
    return Released.RELEASED


@transaction.atomic
def _cancel_confirmed(booking_id: int, *, cause: Cause, shown: int) -> None:
    booking = locked(booking_id)
    by_us = booking.session.status == SessionStatus.CANCELLED
    if booking.status != BookingStatus.CONFIRMED or (booking.session.starts_at <= clock.now() and not by_us):
        raise NotCancellable
    due = quote(booking)
    if due.amount < shown:
        raise LessThanShown
    reason = RefundReason.SESSION_CANCELLED if by_us else RefundReason.CANCELLATION
    transition(booking_id, to=BookingStatus.CANCELLED, cause=cause, reason="session" if by_us else "cancelled")
    for part in due.parts:
        request_refund(part.payment.pk, amount=part.amount, reason=reason, cause=cause)
    notify.booking_cancelled(booking, due)
