"""What can be booked (services, sessions) and what was (bookings), with questions before and feedback after."""

from portal.bookings.models.booking import Booking, BookingQuerySet, BookingTransition
from portal.bookings.models.calendar_feed import CalendarFeed
from portal.bookings.models.closure import Closure, SessionException
from portal.bookings.models.feedback import Feedback, Rating
from portal.bookings.models.question import Answer, Question, QuestionKind
from portal.bookings.models.service import Availability, CancellationWindow, Service
from portal.bookings.models.session import Session, SessionQuerySet
from portal.bookings.models.session_change import SessionChange

__all__ = [
    "Answer",
    "Availability",
    "Booking",
    "BookingQuerySet",
    "BookingTransition",
    "CalendarFeed",
    "CancellationWindow",
    "Closure",
    "Feedback",
    "Question",
    "QuestionKind",
    "Rating",
    "Service",
    "Session",
    "SessionChange",
    "SessionException",
    "SessionQuerySet",
]
