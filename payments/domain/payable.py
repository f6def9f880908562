"""Whether somebody may be asked for money now: one answer for the checkout, the pages and the emails."""

from payments.domain.pricing import balance_due
from payments.enums import PaymentStatus, Purpose
from portal.bookings.enums import BookingStatus, SessionStatus
from portal.bookings.models import Booking
from portal.common import clock


def is_payable(booking: Booking, purpose: Purpose = Purpose.DEPOSIT) -> bool:
    """Whether `purpose` may be asked for now: the deposit while the place is held, the balance before the session."""
    if purpose == Purpose.BALANCE:
        return (
            booking.status == BookingStatus.CONFIRMED
            and booking.session.status != SessionStatus.CANCELLED
            and booking.session.starts_at > clock.now()
            and balance_due(booking) > 0
        )
    return (
        booking.status == BookingStatus.AWAITING_DEPOSIT
        and booking.session.status != SessionStatus.CANCELLED
        and booking.release_requested_at is None
        and booking.hold_expires_at is not None
        and booking.hold_expires_at > clock.now()
    )


def is_processing(booking: Booking, purpose: Purpose) -> bool:
    """Whether a payment for `purpose` is with the bank: whoever paid must not be asked to pay again."""
    return any(
        payment.purpose == purpose and payment.status == PaymentStatus.PROCESSING for payment in booking.payments.all()
    )
