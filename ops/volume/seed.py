"""The steps of `seed_volume`: sizes and shares here, rows in `sql/`."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Max, Model

from ops.volume.bare import bare
from payments.models import Dispute, Payment, PaymentAttempt, PaymentTransition, ReceivedEvent, Refund
from portal.accounts.models import User
from portal.activity.models import ActivityEvent
from portal.audit.models import AuditEvent
from portal.bookings.models import Booking, BookingTransition, Service, Session
from portal.caregivers.models import Caregiver, CareRecipient
from portal.notifications.models import Notification

STEPS: Final = sorted((Path(__file__).parent / "sql").glob("*.sql"))
NUMBERED: Final[dict[str, type[Model]]] = {
    "user": User,
    "caregiver": Caregiver,
    "recipient": CareRecipient,
    "service": Service,
    "session": Session,
    "booking": Booking,
    "payment": Payment,
}
FILLED: Final[tuple[type[Model], ...]] = (
    User,
    Caregiver,
    CareRecipient,
    Session,
    Booking,
    BookingTransition,
    Payment,
    PaymentAttempt,
    PaymentTransition,
    Refund,
    Dispute,
    ReceivedEvent,
    Notification,
    ActivityEvent,
    AuditEvent,
)
# When bookings come: Monday to Sunday, and up to each of HOURS of the day.
DAYS: Final = (0.0, *accumulate((0.16, 0.16, 0.15, 0.15, 0.15, 0.12)), 1.0)
HOURS: Final = (0, 7, 9, 12, 17, 22, 24)
HOUR_SHARES: Final = (0.0, 0.04, 0.12, 0.37, 0.72, 0.97, 1.0)
SERVICE_SHARES: Final = (0.0, 0.28, 0.46, 0.58, 0.68, 0.74, 0.86, 0.94, 1.0)
BOOKINGS_A_SESSION, MOST_SLOTS, LONGEST_LEAD = 12, 48, 46


@transaction.atomic
def seed(bookings: int, *, years: int, seed: int, until: datetime, audit: bool, told: Callable[[str], None]) -> None:
    """Add `bookings` over `years` that end at `until` (UTC). The same numbers give the same rows.

    `told` hears each step's name. Runs in one transaction; locks the tables it fills.
    """
    sizes = _sizes(bookings, years, seed, until)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        with bare([model._meta.db_table for model in FILLED]):
            for step in STEPS:
                if audit or "audit" not in step.name:
                    told(step.stem)
                    cursor.execute(step.read_text(), sizes)
            told("indexes")
        for statement in connection.ops.sequence_reset_sql(no_style(), [*NUMBERED.values()]):
            cursor.execute(statement)


def _sizes(bookings: int, years: int, seed: int, until: datetime) -> dict[str, Any]:
    start = monday_before(until - timedelta(days=365.25 * years))
    days = (until - start).days + LONGEST_LEAD
    slots = round(bookings / days / (len(SERVICE_SHARES) - 1) / BOOKINGS_A_SESSION)
    taken = {name: model._default_manager.aggregate(last=Max("pk"))["last"] or 0 for name, model in NUMBERED.items()}
    return taken | {
        "seed": seed,
        "bookings": bookings,
        "start": start,
        "until": until,
        "weeks": weeks_between(start, until),
        "caregivers": max(1, bookings // 8),
        "slots": min(max(1, slots), MOST_SLOTS),
        "session_days": days,
        "days": list(DAYS),
        "hours": [float(hour) for hour in HOURS],
        "hour_shares": list(HOUR_SHARES),
        "service_shares": list(SERVICE_SHARES),
    }


def monday_before(moment: datetime) -> datetime:
    """The first instant (UTC) of the week that `moment` lies in."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=midnight.weekday())


def weeks_between(start: datetime, until: datetime) -> float:
    """How many weeks' bookings have come from `start` (a Monday) to `until`, by the shares of days and hours."""
    weeks, rest = divmod(until - start, timedelta(weeks=1))
    day, rest = divmod(rest, timedelta(days=1))
    in_day = share_before(rest / timedelta(hours=1))
    return weeks + DAYS[day] + in_day * (DAYS[day + 1] - DAYS[day])


def share_before(hour: float) -> float:
    """The share of a day's bookings that have come when `hour` hours are over."""
    step = max(n for n, edge in enumerate(HOURS[:-1]) if edge <= hour)
    passed = (hour - HOURS[step]) / (HOURS[step + 1] - HOURS[step])
    return HOUR_SHARES[step] + passed * (HOUR_SHARES[step + 1] - HOUR_SHARES[step])
