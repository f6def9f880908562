"""What a booking costs, by purpose, from the snapshot it was made with."""

from payments.enums import CAPTURED, Purpose
from payments.models import Payment
from portal.bookings.models import Booking


def amount_for(booking: Booking, purpose: Purpose) -> int:
    """The deposit, or what is left of the price after it; minor units."""
    if purpose == Purpose.DEPOSIT:
        return booking.deposit_amount
    return booking.price_amount - booking.deposit_amount


def balance_due(booking: Booking) -> int:
    """What is left to pay after the deposit, in minor units: 0 once a balance was received.

    A balance that was given back is not asked for again; one that staff entered and took back is.
    """
    if any(_settles_balance(payment) for payment in booking.payments.all()):
        return 0
    return amount_for(booking, Purpose.BALANCE)


def _settles_balance(payment: Payment) -> bool:
    return payment.purpose == Purpose.BALANCE and payment.status in CAPTURED and not payment.was_taken_back
