"""Some months that the demo's organisation has behind it, so that its figures and listings have something to say.

Most of it was paid by card, at the Stripe that the caller gives; the rest on the organisation's own card machine. Both
sides are made from the same stories, but for the differences that are planted. Rows are inserted in bulk; the ledger's
rules hold (`check_invariants`).
"""

from datetime import timedelta
from random import Random
from typing import Final

from django.db import transaction

from ops.demo.history.families import families
from ops.demo.history.own import own_stories
from ops.demo.history.past import PastStripe
from ops.demo.history.plan import Plan
from ops.demo.history.write import write, write_events
from portal.bookings.domain.availability import generate_sessions
from portal.bookings.models import Booking, Service, Session
from portal.common import clock

DAYS: Final = 180
AHEAD: Final = timedelta(days=14)


@transaction.atomic
def seed_history(stripe: PastStripe) -> int:
    """Write the history, once: nothing when there is a booking already. Returns how many bookings were made.

    Stripe's side is kept before this commits: whoever is stopped in between starts over with both.
    """
    if Booking.objects.exists():
        return 0
    moment = clock.now()
    today = clock.reporting_day(moment)
    for service in Service.objects.all():
        generate_sessions(service, first=today - timedelta(days=DAYS), last=today)
    sessions = Session.objects.select_related("service").filter(starts_at__lt=moment + AHEAD).order_by("starts_at")
    plan = Plan(Random(2026), list(sessions), families(today - timedelta(days=DAYS + 30)), moment)
    stories = [*plan.stories(today - timedelta(days=DAYS)), *own_stories(plan)]
    stories.sort(key=lambda story: story.booking.created_at)
    write(stories, plan, stripe)
    stripe.finish(moment)
    write_events(stripe, moment)
    return len(stories)
