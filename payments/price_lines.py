"""What a booking costs, what of it is paid or due and by when, and until when cancelling is refunded: for its pages."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from payments.domain.payable import is_processing
from payments.domain.pricing import balance_due
from payments.enums import Purpose
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from portal.bookings.terms import terms_of_booking
from portal.common import when


@dataclass(frozen=True, slots=True)
class PriceLine:
    """`amount` in minor units."""

    label: str
    amount: int


@dataclass(frozen=True, slots=True)
class BookingPrice:
    """`cancellation`: the booking's own terms in sentences, soonest first; empty once they no longer matter."""

    lines: list[PriceLine]
    currency: str
    cancellation: list[str]


def price_of(booking: Booking) -> BookingPrice:
    """Of a booking with its session, service and payments loaded; no query."""
    terms = terms_of_booking(booking)
    lines = [PriceLine(_("Price"), terms.price)]
    if terms.deposit:
        lines.append(PriceLine(_deposit(booking), terms.deposit))
    if terms.balance:
        lines.append(PriceLine(_balance(booking), terms.balance))
    return BookingPrice(lines, terms.currency, terms.cancellation if booking.is_upcoming else [])


def _deposit(booking: Booking) -> str:
    if booking.status == BookingStatus.AWAITING_DEPOSIT:
        processing = is_processing(booking, Purpose.DEPOSIT)
        return _("Deposit, being processed") if processing else _("Deposit to pay now")
    return _("Deposit paid") if booking.confirmed_at is not None else _("Deposit")


def _balance(booking: Booking) -> str:
    if is_processing(booking, Purpose.BALANCE):
        return _("Balance, being processed")
    if booking.status == BookingStatus.AWAITING_DEPOSIT or (booking.is_upcoming and balance_due(booking)):
        return _("Balance, due by %(time)s") % {"time": when.at(booking.session.starts_local)}
    if booking.confirmed_at is None or balance_due(booking):
        return _("Balance")
    return _("Balance paid")
