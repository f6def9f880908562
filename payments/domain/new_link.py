"""A coordinator sends the link to pay a deposit once more; those sent before open nothing from then on."""

from django.db import transaction
from django.utils.translation import gettext as _

from payments.domain import notify, pay_links
from payments.domain.payable import is_payable, is_processing
from payments.enums import Purpose
from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.bookings.domain.transitions import locked
from portal.bookings.errors import BookingError
from portal.bookings.models import Booking


class NothingToPay(BookingError):
    """Paid, released, or its time is over."""

    def __init__(self) -> None:
        super().__init__(_("There’s no deposit left to pay for this booking."))


@transaction.atomic
def send_new_link(booking_id: int, *, cause: Cause) -> Booking:
    """Queue the email. Raises NothingToPay once the deposit cannot be paid any more, and while it is with the bank."""
    booking = locked(booking_id)
    if not is_payable(booking) or is_processing(booking, Purpose.DEPOSIT):
        raise NothingToPay
    pay_links.revoke(booking)
    notify.pay_link(booking, again=True)
    record("booking.pay_link_sent", booking, cause=cause)
    return booking
