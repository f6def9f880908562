"""What can go wrong with a booking; each carries a sentence for the caregiver."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.common import when

if TYPE_CHECKING:
    from portal.bookings.models import Booking


class BookingError(Exception):
    """A booking cannot be made or changed; `sentence` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class SessionFull(BookingError):
    """Every place is taken."""

    def __init__(self) -> None:
        super().__init__(_("Someone has just taken the last place. Please choose another session."))


class SessionNotBookable(BookingError):
    """Closed, cancelled or begun."""

    def __init__(self) -> None:
        super().__init__(_("You can no longer book this session. Please choose another one."))


class TooManyHolds(BookingError):
    """The caregiver has enough unpaid places."""

    def __init__(self, most: int) -> None:
        super().__init__(
            ngettext(
                "You already have %(most)d unpaid place. Under Your bookings, pay the deposit or cancel it first.",
                "You already have %(most)d unpaid places. Under Your bookings, pay a deposit or cancel one first.",
                most,
            )
            % {"most": most}
        )


class FormUsed(BookingError):
    """The form made another booking before."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "You’ve already used this form to make a booking, with other details. You’ll find it under Your "
                "bookings. To make another one, open the booking page again."
            )
        )


class AlreadyBooked(BookingError):
    """The person has a place in this session: `booking`."""

    def __init__(self, booking: "Booking") -> None:
        super().__init__(
            _("%(person)s already has a place in this session.") % {"person": booking.care_recipient.full_name}
        )
        self.booking = booking


class TimesOverlap(BookingError):
    """The person has other `bookings` at this time, and nobody has said yet that both are meant."""

    def __init__(self, bookings: "list[Booking]") -> None:
        first = bookings[0]
        super().__init__(
            _("%(person)s already has a booking at this time: %(service)s, %(when)s.")
            % {
                "person": first.care_recipient.full_name,
                "service": first.session.service.name,
                "when": when.short_session_time(first.session.starts_local, first.session.ends_local),
            }
        )
        self.bookings = bookings


class HoldNotExtendable(BookingError):
    """Extended already, ended, or paid."""

    def __init__(self) -> None:
        super().__init__(_("We can give you more time once, while we’re still holding your place."))


class AttendanceTooEarly(BookingError):
    """The session has not begun."""

    def __init__(self) -> None:
        super().__init__(_("You can mark attendance once the session starts."))


class AttendanceChanged(BookingError):
    """Somebody else marked it meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("Attendance has changed since you opened this page. Check it and try again."))


class AttendanceNotOpen(BookingError):
    """Not a confirmed booking."""

    def __init__(self) -> None:
        super().__init__(
            _("You can only mark attendance for confirmed bookings. This one is unpaid, cancelled or expired.")
        )


class NotesClosed(BookingError):
    """The session has started, or the booking is over."""

    def __init__(self) -> None:
        super().__init__(_("You can no longer change these notes online. Please contact us."))


class FeedbackClosed(BookingError):
    """Not attended, or given more than two weeks ago."""

    def __init__(self) -> None:
        super().__init__(
            _("You can no longer change your feedback on this session. If there’s more, please contact us.")
        )


class MoveRefused(BookingError):
    """A booking cannot go to another session."""


class WaiverRefused(BookingError):
    """There are no terms to waive, or they are waived already."""


class SessionChangeRefused(BookingError):
    """A session cannot be cancelled or moved."""


class TransitionNotAllowed(Exception):
    """The declared graph has no such edge; a late or repeated event, or a race that somebody else won."""
