"""What the caregivers of the demo's accounts have behind and before them, so that their pages have something to say.

The person who is listed first has nothing coming: visitors book for them.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from ops.demo.history.plan import Plan, Story
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Session
from portal.caregivers.models import CareRecipient

S = BookingStatus
# Service, days from now, what became of it. Whoever came has paid the balance; the coming ones owe it.
LIVES: Final[dict[str, tuple[tuple[str, int, BookingStatus], ...]]] = {
    "caregiver@example.com": (
        ("home-assessment", -150, S.COMPLETED),
        ("respite-care-at-home", -62, S.COMPLETED),
        ("day-programme", -41, S.COMPLETED),
        ("respite-care-at-home", -27, S.CANCELLED),
        ("overnight-respite", -12, S.COMPLETED),
        ("respite-care-at-home", 6, S.CONFIRMED),
        ("day-programme", 10, S.CONFIRMED),
    ),
    "caregiver2@example.com": (
        ("respite-care-at-home", -33, S.COMPLETED),
        ("day-programme", -19, S.COMPLETED),
    ),
}
BOOKED_BEFORE: Final = timedelta(days=11)


def own_stories(plan: Plan) -> Iterator[Story]:
    """Of the accounts that there are."""
    for email, lives in LIVES.items():
        people = CareRecipient.objects.filter(caregiver__user__email=email).select_related("caregiver__user")
        for person in people.order_by("full_name")[1:2]:
            for slug, days, status in lives:
                session = _session(plan, slug, days)
                if session is not None:
                    yield plan.told(session, person, status, booked_before=BOOKED_BEFORE)


def _session(plan: Plan, slug: str, days: int) -> Session | None:
    """The one of the service that is nearest to that day and has a place left."""
    wanted = plan.moment + timedelta(days=days)
    free = [s for s in plan.sessions if s.service.slug == slug and plan.held[s.pk] < s.capacity]
    return min(free, key=lambda session: abs(session.starts_at - wanted), default=None)
