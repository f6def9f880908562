"""What a session costs and until when cancelling it is refunded, in whole sentences: for pages and emails."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from portal.bookings.domain.policy import RefundStep, booking_steps, refund_steps
from portal.bookings.models import Booking, Session
from portal.common import clock, when


@dataclass(frozen=True, slots=True)
class PriceAndTerms:
    """Amounts in minor units of `currency`; `cancellation`: sentences, the soonest date first."""

    price: int
    deposit: int
    currency: str
    cancellation: list[str]

    @property
    def balance(self) -> int:
        """What is due by the session's start, in minor units."""
        return self.price - self.deposit

    @property
    def cancellation_text(self) -> str:
        """The sentences as one paragraph."""
        return " ".join(self.cancellation)


def terms_of_booking(booking: Booking) -> PriceAndTerms:
    """Of a booking, from its own snapshot."""
    steps = cancellation_sentences(booking_steps(booking), booking.session)
    return PriceAndTerms(booking.price_amount, booking.deposit_amount, booking.currency, steps)


def terms_of_session(session: Session, policy: list[dict[str, int]]) -> PriceAndTerms:
    """Of a session that nobody has booked yet; `policy` is its service's now."""
    service = session.service
    steps = cancellation_sentences(refund_steps(policy, session.starts_at), session)
    return PriceAndTerms(service.price_amount, service.deposit_amount, service.currency, steps)


def cancellation_sentences(steps: list[RefundStep], session: Session) -> list[str]:
    """Free to cancel until 9am on Saturday 28 November. Then, until …, we’ll refund half. After that, nothing.

    Steps that are over are not said any more.
    """
    ahead = [step for step in steps if step.until > clock.now()]
    if not ahead:
        return [_("If you cancel, we can’t refund what you’ve paid.")]
    local = [(_local(step.until, session), step.percent) for step in ahead]
    said = [_first(*local[0]), *(_later(*step) for step in local[1:])]
    return said if ahead[-1].until >= session.starts_at else [*said, _("After that, we can’t refund it.")]


def free_to_cancel(steps: list[RefundStep], session: Session) -> str:
    """Free to cancel until 9am on Saturday 28 November; empty where cancelling is not free now."""
    now = clock.now()
    ahead = [step for step in steps if step.until > now]
    if not ahead or ahead[0].percent != 100:
        return ""
    return _first(_local(ahead[0].until, session), 100)


def _local(moment: datetime, session: Session) -> str:
    return when.at(moment.astimezone(session.starts_local.tzinfo))


def _first(until: str, percent: int) -> str:
    if percent == 100:
        return _("Free to cancel until %(time)s.") % {"time": until}
    if percent == 50:
        return _("Cancel by %(time)s and we’ll refund half of what you’ve paid.") % {"time": until}
    values = {"time": until, "percent": percent}
    return _("Cancel by %(time)s and we’ll refund %(percent)d%% of what you’ve paid.") % values


def _later(until: str, percent: int) -> str:
    if percent == 100:
        return _("From then until %(time)s it’s free to cancel.") % {"time": until}
    if percent == 50:
        return _("From then until %(time)s, we’ll refund half of what you’ve paid.") % {"time": until}
    if not percent:
        return _("From then until %(time)s, there’s no refund.") % {"time": until}
    values = {"time": until, "percent": percent}
    return _("From then until %(time)s, we’ll refund %(percent)d%% of what you’ve paid.") % values
