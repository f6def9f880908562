"""Roll-ups of some weeks, written as the refresher writes them."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from insights.rollups.models import Cursor, DailyServiceTotals
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from tests.factories import CareRecipientFactory, SessionFactory

DAY: Final = date(2026, 3, 10)  # a Tuesday
MORNING: Final = datetime(2026, 3, 11, 9, tzinfo=UTC)  # of the day after, long settled


def tried(day: date, *, failed: int, of: int = 200) -> None:
    """What the roll-ups say of `day`: attempts to pay, and nothing else that is unusual."""
    DailyServiceTotals.objects.filter(day=day).delete()
    DailyServiceTotals.objects.create(
        day=day, service_id=1, currency="GBP", booked=1, attempts_failed=failed, attempts_succeeded=of - failed
    )


def weeks_of_tries(failed: int = 12) -> None:
    """Eight weeks before DAY on which `failed` of 200 failed."""
    for n in range(1, 57):
        tried(DAY - timedelta(days=n), failed=failed)


def read_to(moment: datetime) -> None:
    """The refresher has read as far as this."""
    Cursor.objects.update_or_create(pk=1, defaults={"read_to": moment})


def bookings_at(*moments: datetime) -> None:
    """A booking made at each moment."""
    recipient, session = CareRecipientFactory(), SessionFactory()
    Booking.objects.bulk_create(
        Booking(
            session=session, caregiver=recipient.caregiver, care_recipient=recipient, created_at=moment,
            status=BookingStatus.CANCELLED, price_amount=4500, deposit_amount=1125, currency="GBP",
        )
        for moment in moments
    )  # fmt: skip
