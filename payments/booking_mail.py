"""What an email about a booking carries besides its words: facts for its table, and the entry for a calendar."""

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.domain.payable import is_processing
from payments.domain.pricing import balance_due
from payments.enums import Purpose
from portal.bookings.calendar_files import calendar_file
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from portal.bookings.terms import terms_of_booking
from portal.common import clock, when
from portal.common.money import formatted
from portal.notifications.models import Notification
from portal.notifications.templates import Attachment, Details
from portal.organisation.profile import site_profile

VISIT: Final[Details] = (
    (gettext_lazy("Service"), "service"),
    (gettext_lazy("When"), "when"),
    (gettext_lazy("For"), "person"),
    (gettext_lazy("Where"), "location"),
    (gettext_lazy("Booking reference"), "reference"),
)
PRICE: Final[Details] = (
    (gettext_lazy("Price"), "price"),
    (gettext_lazy("Deposit"), "deposit"),
    (gettext_lazy("Balance"), "left_to_pay"),
    (gettext_lazy("Cancelling"), "terms"),
)
VISIT_AND_PRICE: Final[Details] = (*VISIT, *PRICE)


def visit_values(booking: Booking) -> dict[str, str]:
    """What is booked, for whom, when and where."""
    session = booking.session
    return {
        "name": booking.caregiver.user.first_name or str(booking.caregiver),
        "service": session.service.name,
        "date": when.full_day(session.starts_local),
        "time": when.times(session.starts_local, session.ends_local),
        "when": when.session_time(session.starts_local, session.ends_local),
        "person": booking.care_recipient.full_name,
        "location": booking.where,
        "reference": booking.reference,
    }


def price_values(booking: Booking) -> dict[str, str]:
    """What it costs, what of that is paid, what is due when, and until when cancelling is refunded. One query."""
    terms = terms_of_booking(booking)
    return {
        "price": formatted(terms.price, terms.currency),
        "deposit": _deposit(booking) if terms.deposit else "",
        "left_to_pay": _balance(booking) if terms.balance else "",
        "terms": terms.cancellation_text if _is_ahead(booking) else "",
    }


def _deposit(booking: Booking) -> str:
    amount, held_until = formatted(booking.deposit_amount, booking.currency), booking.hold_expires_at
    if booking.status == BookingStatus.AWAITING_DEPOSIT and held_until is not None:
        time = when.at(booking.session.local(held_until))
        return _("%(amount)s, due by %(time)s") % {"amount": amount, "time": time}
    return _("%(amount)s, paid") % {"amount": amount}


def _balance(booking: Booking) -> str:
    amount = formatted(booking.price_amount - booking.deposit_amount, booking.currency)
    if not balance_due(booking):
        return _("%(amount)s, paid") % {"amount": amount}
    if is_processing(booking, Purpose.BALANCE):
        return _("%(amount)s, being processed") % {"amount": amount}
    sentence = _("%(amount)s, due before the session") if _is_ahead(booking) else _("%(amount)s, due now")
    return sentence % {"amount": amount}


def _is_ahead(booking: Booking) -> bool:
    return bool(booking.session.starts_at > clock.now())


def calendar_entry(notification: Notification) -> Sequence[Attachment]:
    """The booking for a calendar, as it is now; nothing about a booking that was never confirmed."""
    key = notification.about.removeprefix("booking:")
    booking = Booking.objects.with_details().filter(pk=key).first() if key.isdecimal() else None
    if booking is None or booking.confirmed_at is None:
        return ()
    return [(f"booking-{booking.reference}.ics", calendar_file(booking, site_profile().name), "text/calendar")]
