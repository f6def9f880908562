"""KPIs of bookings, of the time until they are confirmed, and of sessions."""

from functools import partial
from typing import Final

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from insights.kpis.definition import Direction, Kpi, Unit, Watch, count, duration_kpis, share
from insights.rollups.models import Measure
from portal.bookings.enums import BookingStatus

OWNER: Final = "Care coordination"
_kpi = partial(Kpi, owner=OWNER)
_DIRECTIONS: Final = {
    BookingStatus.CONFIRMED: Direction.HIGHER_IS_BETTER,
    BookingStatus.COMPLETED: Direction.HIGHER_IS_BETTER,
    BookingStatus.NO_SHOW: Direction.LOWER_IS_BETTER,
    BookingStatus.CANCELLED: Direction.LOWER_IS_BETTER,
    BookingStatus.EXPIRED: Direction.LOWER_IS_BETTER,
}


def _status_kpi(status: BookingStatus) -> Kpi:
    return _kpi(
        key=f"bookings_{status.value}",
        name=format_lazy(_("Bookings: {status}"), status=status.label),
        meaning=format_lazy(
            _("Of the bookings made in the period, those whose status is now “{status}”."), status=status.label
        ),
        formula=f"count of bookings made in the period with status {status.value}",
        unit=Unit.COUNT,
        source="portal.bookings Booking, by created_at",
        direction=_DIRECTIONS.get(status, Direction.NEUTRAL),
        query=count(status.value),
    )


BOOKINGS: Final = (
    _kpi(
        key="bookings_made",
        name=_("Bookings made"),
        meaning=_("Bookings made in the period, by caregivers or by staff for them."),
        formula="count of bookings made in the period",
        unit=Unit.COUNT,
        source="portal.bookings Booking, by created_at",
        direction=Direction.HIGHER_IS_BETTER,
        leading=1,
        watched=Watch(name=_("No bookings")),
        query=count("booked"),
    ),
    *map(_status_kpi, BookingStatus),
)

CONFIRMATION: Final = duration_kpis(
    key="confirmation",
    name=_("Time to confirm"),
    measure=Measure.CONFIRMATION,
    meaning=_("The time from making a booking to its confirmation."),
    source="portal.bookings Booking created_at, confirmed_at",
    owner=OWNER,
)

SESSIONS: Final = (
    _kpi(
        key="no_show_rate",
        name=_("No-show rate"),
        meaning=_("Of the bookings whose attendance was recorded, the share where nobody came."),
        formula="missed ÷ (attended + missed)",
        unit=Unit.RATIO,
        source="portal.bookings Booking, by the session's start",
        direction=Direction.LOWER_IS_BETTER,
        leading=5,
        query=share("missed", of=("attended", "missed")),
    ),
    _kpi(
        key="capacity_used",
        name=_("Occupancy"),
        meaning=_("Of the places in sessions of the period, the share that was booked."),
        formula="places_held ÷ places_offered, cancelled sessions left out",
        unit=Unit.RATIO,
        source="portal.bookings Session, by starts_at",
        direction=Direction.HIGHER_IS_BETTER,
        leading=4,
        query=share("places_held", of=("places_offered",)),
    ),
    _kpi(
        key="satisfaction",
        name=_("Satisfaction"),
        meaning=_("Of the feedback on sessions of the period, the share that rated the session good or very good."),
        formula="feedback_satisfied (4 or 5 of 5) ÷ feedback_given",
        unit=Unit.RATIO,
        source="portal.bookings Feedback, by the session's start",
        since="0.2.0",
        direction=Direction.HIGHER_IS_BETTER,
        query=share("feedback_satisfied", of=("feedback_given",)),
    ),
    _kpi(
        key="feedback_answered",
        name=_("Feedback answered"),
        meaning=_("Of the attended bookings, the share whose caregiver gave feedback on the session."),
        formula="feedback_given ÷ attended",
        unit=Unit.RATIO,
        source="portal.bookings Feedback and Booking, by the session's start",
        since="0.2.0",
        direction=Direction.HIGHER_IS_BETTER,
        query=share("feedback_given", of=("attended",)),
    ),
)
